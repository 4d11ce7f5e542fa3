"""The dead-letter queue in an operator's hands: looked through, and worked off without losing a message.

SQS offers no look that leaves a queue as it is: what is read is hidden from others for `HIDDEN` seconds, and
given back at the end. Its own redrive (StartMessageMoveTask) can choose no messages.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from jitr.redrive.letter import Letter, read_letter

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

AT_ONCE = 10
"""Messages of one call (SQS API reference)."""
HIDDEN = 900
"""Seconds in which a person looks and decides; a message comes back by itself then."""
POLL = 1
"""Seconds of one long poll, which asks all of SQS's servers (developer guide, "long polling")."""
EMPTY = 2
"""Polls in a row that must find nothing before the queue counts as empty."""


class DeadLetterQueue:
    """The two queues.

    Every method may raise botocore's ClientError or a connection error.
    """

    def __init__(self, sqs: "SQSClient", url: str, registration_queue: str, poll: int = POLL) -> None:
        self._sqs = sqs
        self._poll = poll
        self._url = url
        self._registration_queue = registration_queue

    def hidden(self) -> int:
        """Tell how many letters somebody else has taken and not given back, about."""
        name: Literal["ApproximateNumberOfMessagesNotVisible"] = "ApproximateNumberOfMessagesNotVisible"
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def letters(self, limit: int) -> Iterator[Letter]:
        """Take up to `limit` letters, each once; they are hidden until they are given back or HIDDEN ends."""
        seen: set[str] = set()
        empty = 0
        while empty < EMPTY and len(seen) < limit:
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=min(AT_ONCE, limit - len(seen)),
                VisibilityTimeout=HIDDEN,
                WaitTimeSeconds=self._poll,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
            found = [each for each in answer.get("Messages", []) if each["MessageId"] not in seen]
            empty = 0 if found else empty + 1
            for message in found:
                seen.add(message["MessageId"])
                yield read_letter(message)

    def send_back(self, letters: Sequence[Letter]) -> tuple[list[Letter], list[tuple[Letter, str]]]:
        """Send up to ten letters into the registration queue, and take those that arrived out of this one.

        A stop in between leaves a letter in both, which is harmless: registrations may be repeated.

        Returns:
            Those that are in the registration queue now, and no more in this one; and those of which that is
            not so, with what SQS said.
        """
        entries: Any = [{"Id": str(n), "MessageBody": each.body} for n, each in enumerate(letters)]
        answer = self._sqs.send_message_batch(QueueUrl=self._registration_queue, Entries=entries)
        sent = [letters[int(each["Id"])] for each in answer.get("Successful", [])]
        refused = [(letters[int(each["Id"])], each.get("Message", "")) for each in answer.get("Failed", [])]
        if not sent:
            return [], refused
        gone, still_here = self.delete(sent)
        return gone, refused + still_here

    def delete(self, letters: Sequence[Letter]) -> tuple[list[Letter], list[tuple[Letter, str]]]:
        """Delete up to ten letters; give those that are gone, and those that are not, with what SQS said."""
        entries: Any = [
            {"Id": str(n), "ReceiptHandle": each.receipt_handle} for n, each in enumerate(letters)
        ]
        answer = self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
        gone = [letters[int(each["Id"])] for each in answer.get("Successful", [])]
        return gone, [
            (letters[int(each["Id"])], each.get("Message", "")) for each in answer.get("Failed", [])
        ]

    def give_back(self, letters: Iterable[Letter]) -> None:
        """Show letters to others again at once."""
        for some in tens(letters):
            self._sqs.change_message_visibility_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(n), "ReceiptHandle": each.receipt_handle, "VisibilityTimeout": 0}
                    for n, each in enumerate(some)
                ],
            )


def tens(letters: Iterable[Letter]) -> Iterator[list[Letter]]:
    """Give them ten at a time."""
    left = iter(letters)
    while some := list(islice(left, AT_ONCE)):
        yield some
