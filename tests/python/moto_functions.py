"""Functions that run: moto wants Docker for that, and here AWS's own Lambda emulator starts the `bootstrap` of the package that was deployed.

Importing this makes moto's Lambda do it. A queue with an event source mapping is polled as Lambda does it: in batches, and only what the function did not name in
`batchItemFailures` is deleted. What failed is visible again at once, and not after the queue's time-out, for which no test wants to wait. What a function
writes to its log goes to its log group. Nothing calls a function because its time has come.
"""

import atexit
import hashlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.logs.models import logs_backends
from moto.sqs.models import sqs_backends

EMULATOR = Path(sys.executable).parent / "aws-lambda-rie"
# How long an invocation may take in all, its start included.
PATIENCE = 120
STREAM = "emulator"
FAILED = "X-Amz-Function-Error"


def free_address():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"


class Environment:
    """An execution environment: the unpacked package, and the emulator with the bootstrap in it."""

    def __init__(self, function):
        self.code = function.code_sha_256
        self.folder = Path(tempfile.mkdtemp(prefix="quell-function-"))
        unpack(function.code_bytes, self.folder)
        self.address = free_address()
        # The emulator runs one invocation at a time, as an environment does.
        self.busy = threading.Lock()
        self.process = subprocess.Popen(
            [
                EMULATOR,
                "--runtime-interface-emulator-address",
                self.address,
                "--runtime-api-address",
                free_address(),
                self.folder / "bootstrap",
            ],
            env=self.variables(function),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self.keep_log, args=(function,), daemon=True).start()

    def variables(self, function):
        port = sys.argv[sys.argv.index("-p") + 1]
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_SESSION_TOKEN": "testing",
            "AWS_REGION": function.region,
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "LAMBDA_TASK_ROOT": str(self.folder),
            "NO_PROXY": "127.0.0.1",
            # What a test's functions reach beside AWS.
            **{name: value for name, value in os.environ.items() if name.startswith("QUELL_")},
            **function.environment_vars,
        }

    def keep_log(self, function):
        name = log_group(function)
        backend = logs_backends[function.account_id][function.region]
        for line in self.process.stdout:
            if name not in backend.groups:
                continue
            group = backend.groups[name]
            if STREAM not in group.streams:
                group.create_log_stream(STREAM)
            event = {"timestamp": int(time.time() * 1000), "message": line.decode(errors="replace").rstrip()}
            group.put_log_events(STREAM, [event])

    def invoke(self, payload):
        url = f"http://{self.address}/2015-03-31/functions/function/invocations"
        with self.busy:
            end = time.monotonic() + PATIENCE
            while True:
                try:
                    with urllib.request.urlopen(urllib.request.Request(url, payload), timeout=PATIENCE) as answer:
                        return answer.read()
                except urllib.error.URLError:
                    if self.process.poll() is not None or time.monotonic() > end:
                        raise
                    time.sleep(0.05)

    def end(self):
        # With the function, which is in the emulator's group.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def unpack(code, folder):
    """As Lambda does it: with the permissions that the package has."""
    with zipfile.ZipFile(io.BytesIO(code)) as package:
        for entry in package.infolist():
            path = Path(package.extract(entry, folder))
            path.chmod(entry.external_attr >> 16 & 0o777)


ENVIRONMENTS = {}
STARTING = threading.Lock()


def environment(function):
    """The environment of a function, anew if its code was changed."""
    arn = function.function_arn
    with STARTING:
        running = ENVIRONMENTS.get(arn)
        if running is None or running.code != function.code_sha_256:
            if running is not None:
                running.end()
            ENVIRONMENTS[arn] = Environment(function)
        return ENVIRONMENTS[arn]


@atexit.register
def end_all():
    for running in ENVIRONMENTS.values():
        running.end()


# Python ends at once on SIGTERM, without what is registered above.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def invoke(self, body, request_headers, response_headers):
    payload = body.encode() if isinstance(body, str) else body or b"{}"
    if request_headers.get("X-Amz-Invocation-Type") == "Event":
        threading.Thread(target=environment(self).invoke, args=(payload,), daemon=True).start()
        return b""
    answer = environment(self).invoke(payload)
    if is_error(answer):
        response_headers[FAILED] = "Unhandled"
    return answer


def is_error(answer):
    try:
        told = json.loads(answer)
    except ValueError:
        return True
    return isinstance(told, dict) and "errorType" in told


def poll(backend, mapping, queue):
    queues = sqs_backends[backend.account_id][backend.region_name]
    while mapping.uuid in backend._event_source_mappings and queue.name in queues.queues:
        messages = queues.receive_message(queue.name, mapping.batch_size, 0, queue.visibility_timeout)
        if not messages:
            time.sleep(0.1)
            continue
        event = {"Records": [record(message, queue, backend.region_name) for message in messages]}
        answer = environment(backend.get_function(mapping.function_arn)).invoke(json.dumps(event).encode())
        failed = {message.id for message in messages}
        if not is_error(answer):
            told = json.loads(answer) or {}
            failed = {failure["itemIdentifier"] for failure in told.get("batchItemFailures", [])}
        for message in messages:
            if message.id in failed:
                queues.change_message_visibility(queue.name, message.receipt_handle, 0)
            else:
                queues.delete_message(queue.name, message.receipt_handle)


def record(message, queue, region):
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": "AIDAIT2UOQQY3AUEKVGXU",
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(message.body.encode()).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": region,
    }


create_event_source_mapping = LambdaBackend.create_event_source_mapping


def create_and_poll(self, spec):
    mapping = create_event_source_mapping(self, spec)
    for queue in sqs_backends[self.account_id][self.region_name].queues.values():
        # moto's own way calls the function within the sender's request, message by message.
        if queue.lambda_event_source_mappings.pop(mapping.function_arn, None):
            threading.Thread(target=poll, args=(self, mapping, queue), daemon=True).start()
    return mapping


# moto forgets which group the template names.
LOG_GROUPS = {}
create_function = LambdaFunction.create_from_cloudformation_json.__func__


def create_with_log_group(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    function = create_function(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    LOG_GROUPS[function.function_arn] = cloudformation_json["Properties"]["LoggingConfig"]["LogGroup"]
    return function


def log_group(function):
    return LOG_GROUPS.get(function.function_arn, f"/aws/lambda/{function.function_name}")


LambdaFunction.invoke = invoke
LambdaBackend.create_event_source_mapping = create_and_poll
LambdaFunction.create_from_cloudformation_json = classmethod(create_with_log_group)
