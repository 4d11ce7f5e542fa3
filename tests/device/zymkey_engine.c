/* A stand-in for Zymbit's OpenSSL engine, for tests only.
 *
 * It answers to the id `zymkey_ssl`, as the engine of package libzymkeyssl does, so that command lines
 * written for a Zymkey run unchanged.  Where the Zymkey signs inside the chip, this engine reads a PEM
 * file named by ZYMKEY_TEST_KEY into the process.  Like the original it takes any key name
 * (`nonzymkey.key` is a placeholder, not a file) and hands out the one key of the slot in ZK_SSL_SLOT.
 *
 * OpenSSL 3 marks engines as deprecated; they are still the only way that a Zymkey is used today.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const ENGINE_ID = "zymkey_ssl";
static const char *const ENGINE_NAME = "Zymkey stand-in (tests only)";
static const char *const KEY_VARIABLE = "ZYMKEY_TEST_KEY";
static const char *const SLOT_VARIABLE = "ZK_SSL_SLOT"; /* the original's own */

/* The name of the file with the slot's key: ZYMKEY_TEST_KEY_3 names that of slot 3. */
static const char *slot_file(void)
{
    char variable[64];
    const char *slot = getenv(SLOT_VARIABLE);

    if (slot == NULL)
        return getenv(KEY_VARIABLE);
    snprintf(variable, sizeof variable, "%s_%s", KEY_VARIABLE, slot);
    return getenv(variable);
}

/* The slot's key; NULL, with one line on stderr, when there is none. */
static EVP_PKEY *slot_key(void)
{
    const char *path = slot_file();
    EVP_PKEY *key = NULL;
    BIO *file;

    if (path == NULL || *path == '\0') {
        fprintf(stderr, "%s: %s names no key\n", ENGINE_ID, KEY_VARIABLE);
        return NULL;
    }
    file = BIO_new_file(path, "r");
    if (file == NULL) {
        fprintf(stderr, "%s: %s cannot be read\n", ENGINE_ID, path);
        return NULL;
    }
    key = PEM_read_bio_PrivateKey(file, NULL, NULL, NULL);
    BIO_free(file);
    return key;
}

static EVP_PKEY *load_private_key(ENGINE *engine, const char *key_id, UI_METHOD *ui, void *ui_data)
{
    (void)engine;
    (void)key_id; /* whatever the placeholder is called, there is one slot */
    (void)ui;
    (void)ui_data;
    return slot_key();
}

static EVP_PKEY *load_public_key(ENGINE *engine, const char *key_id, UI_METHOD *ui, void *ui_data)
{
    return load_private_key(engine, key_id, ui, ui_data);
}

static int always_ready(ENGINE *engine)
{
    (void)engine;
    return 1;
}

/* Not called `bind_engine`: libcrypto's macro below defines a function of that name. */
static int bind_stand_in(ENGINE *engine, const char *id)
{
    if (id != NULL && strcmp(id, ENGINE_ID) != 0)
        return 0;
    return ENGINE_set_id(engine, ENGINE_ID)
        && ENGINE_set_name(engine, ENGINE_NAME)
        && ENGINE_set_init_function(engine, always_ready)
        && ENGINE_set_finish_function(engine, always_ready)
        && ENGINE_set_load_privkey_function(engine, load_private_key)
        && ENGINE_set_load_pubkey_function(engine, load_public_key);
}

IMPLEMENT_DYNAMIC_CHECK_FN()
IMPLEMENT_DYNAMIC_BIND_FN(bind_stand_in)
