# Memory and the disk fail under the whole program.
check_SCRIPTS += tests/fault/run-fault.sh
EXTRA_DIST += tests/fault
