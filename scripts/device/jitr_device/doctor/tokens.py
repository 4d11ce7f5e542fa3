"""List the tokens behind a PKCS#11 module, as JSON: `python3 tokens.py MODULE`.

A program of its own, so that a module that crashes takes only this with it. The structures are those of
PKCS#11 2.40 (OASIS base specification, sections 3 and 5), with a C compiler's usual alignment.
"""

from __future__ import annotations

import ctypes
import json
import sys

GET_SLOT_LIST, GET_TOKEN_INFO = 4, 6  # places in CK_FUNCTION_LIST; C_Initialize has place 0
TOKEN_INITIALIZED = 0x400  # CKF_…, section 3.2
PIN_COUNT_LOW, PIN_FINAL_TRY, PIN_LOCKED = 0x10000, 0x20000, 0x40000


class FunctionList(ctypes.Structure):
    """CK_FUNCTION_LIST, its beginning."""

    _fields_ = [("version", ctypes.c_ubyte * 2), ("functions", ctypes.c_void_p * 7)]


class TokenInfo(ctypes.Structure):
    """CK_TOKEN_INFO."""

    _fields_ = [
        ("label", ctypes.c_char * 32),
        ("manufacturer", ctypes.c_char * 32),
        ("model", ctypes.c_char * 16),
        ("serial", ctypes.c_char * 16),
        ("flags", ctypes.c_ulong),
        ("counts", ctypes.c_ulong * 10),
        ("versions", ctypes.c_ubyte * 4),
        ("time", ctypes.c_char * 16),
    ]


def tokens(module: str) -> list[dict[str, object]]:
    """Every initialised token: slot, label, and how many wrong PINs it still takes."""
    functions = _functions(module)
    _call(functions[0], ctypes.c_void_p)(None)
    listed = []
    for slot in _slots(functions):
        info = TokenInfo()
        asked = _call(functions[GET_TOKEN_INFO], ctypes.c_ulong, ctypes.POINTER(TokenInfo))
        if asked(slot, ctypes.byref(info)) == 0 and info.flags & TOKEN_INITIALIZED:
            label = info.label.decode("utf-8", "replace").rstrip()
            listed.append({"slot": slot, "label": label, "pin": _pin_state(info.flags)})
    return listed


def _functions(module: str) -> list[int]:
    found = ctypes.POINTER(FunctionList)()
    refused = ctypes.CDLL(module).C_GetFunctionList(ctypes.byref(found))
    if refused:
        raise OSError(f"C_GetFunctionList: {refused:#x}")
    return list(found.contents.functions)


def _slots(functions: list[int]) -> list[int]:
    ask = _call(functions[GET_SLOT_LIST], ctypes.c_ubyte, ctypes.c_void_p, ctypes.POINTER(ctypes.c_ulong))
    count = ctypes.c_ulong()
    ask(1, None, ctypes.byref(count))  # 1: only slots with a token
    slots = (ctypes.c_ulong * count.value)()
    ask(1, ctypes.cast(slots, ctypes.c_void_p), ctypes.byref(count))
    return list(slots)[: count.value]


def _call(address: int, *arguments: type) -> ctypes._FuncPointer:
    return ctypes.CFUNCTYPE(ctypes.c_ulong, *arguments)(address)


def _pin_state(flags: int) -> str:
    if flags & PIN_LOCKED:
        return "locked"
    if flags & PIN_FINAL_TRY:
        return "last try"
    return "few tries" if flags & PIN_COUNT_LOW else "ok"


if __name__ == "__main__":
    print(json.dumps(tokens(sys.argv[1])))
