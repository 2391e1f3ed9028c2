# Scripts run by the program, with what they print.
check_SCRIPTS += tests/script/run-scripts.sh tests/script/run-bad-input.sh tests/script/run-determinism.sh \
	tests/script/run-rescue.sh tests/script/run-signals.sh tests/script/run-tour.sh tests/script/run-resume.sh \
	tests/script/run-completion.sh
EXTRA_DIST += tests/script
