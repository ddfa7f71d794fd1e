"""The command line in a process of its own with bounded memory: what it says, and what that took, as JSON.

Standard input has the lists of words; on standard output stands for each what came of it.
"""

import json
import os
import resource
import sys
import tempfile
import time

from cnnfigs.commands.app import main


def run(words):
    """Run the command line once: exit status, what was said by any means, processor time, largest memory."""
    with tempfile.TemporaryFile() as said:
        kept = [os.dup(1), os.dup(2)]
        for each in (1, 2):
            os.dup2(said.fileno(), each)
        begun = time.process_time()
        try:
            status = main(words)
        except BaseException as error:  # what is not told in a line is told here
            status = f"{type(error).__name__}: {str(error)[:500]}"
        took = time.process_time() - begun
        sys.stdout.flush()
        sys.stderr.flush()
        for each, before in zip((1, 2), kept, strict=True):
            os.dup2(before, each)
            os.close(before)
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"status": status, "said": text, "seconds": took, "memory": memory, "keras": "keras" in sys.modules}


if __name__ == "__main__":
    for limit, value in ((resource.RLIMIT_DATA, int(sys.argv[1])), (resource.RLIMIT_CPU, int(sys.argv[2]))):
        resource.setrlimit(limit, (value, value))
    print(json.dumps([run(words) for words in json.load(sys.stdin)]))
