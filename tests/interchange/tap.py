"""What the scripts here share: lines of TAP, and nnscope itself."""
import os
import subprocess


class Tap:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def line(self, name, wrong=None, note=None, skip=None):
        number = self.passed + self.failed + self.skipped + 1
        self.skipped += skip is not None
        self.failed += wrong is not None
        self.passed += wrong is None and skip is None
        print(f"{'not ' if wrong else ''}ok {number} - {name}" + (f": {note}" if note else "") +
              (f" # SKIP {skip}" if skip else ""), flush=True)
        if wrong:
            print("# " + wrong.replace("\n", "\n# "), flush=True)

    def end(self):
        print(f"1..{self.passed + self.failed + self.skipped}")
        print(f"# {self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed else 0


def program():
    return os.path.join(os.environ.get("NN_BUILD", "."), "nnscope")


def nnscope(folder, commands):
    """None, or the error."""
    done = subprocess.run([program(), "-c", commands], cwd=folder, capture_output=True, text=True)
    return done.stderr.strip() if done.returncode else None
