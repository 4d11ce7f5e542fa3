"""Messages that can never succeed: into the dead-letter queue, at once, with their reason."""

from typing import TYPE_CHECKING

from registration.message import Message

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONGEST_BODY = 60_000
"""Characters of a body, of at most four bytes each: with its attributes below SQS's 256 KiB."""
LONGEST_PROBLEM = 1024
"""Characters of the explanation that travels with a message."""


class DeadLetters:
    """The dead-letter queue."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def bury(self, message: Message, reason: str, problem: str) -> None:
        """Send a message on, with the attributes `Reason` (a code) and `Problem` (a sentence).

        It goes as it came, unless it is so long that no attributes would fit beside it.

        Raises:
            botocore's errors: then it is not there, or it is and comes once more.
        """
        self._sqs.send_message(
            QueueUrl=self._url,
            MessageBody=message.body[:LONGEST_BODY],
            MessageAttributes={
                "Reason": {"DataType": "String", "StringValue": reason},
                "Problem": {"DataType": "String", "StringValue": _text(problem)},
                "MessageId": {"DataType": "String", "StringValue": message.message_id},
            },
        )


def _text(problem: str) -> str:
    """Give text that SQS takes: not empty, of characters that XML 1.0 has (SendMessage, API reference)."""
    printable = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in problem
    )
    return printable.encode("utf-8", "replace").decode()[:LONGEST_PROBLEM] or "unknown"
