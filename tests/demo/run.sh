#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The demo is a test: it fails when anything in it is not as it says.
set -u
here=$(dirname "$0")
if "$here/demo.sh"; then
	echo 'ok 1 - the demo: the stick boots, updates the drive, proves it, and the bytes compare'
	status=0
else
	echo 'not ok 1 - the demo'
	status=1
fi
echo 1..1
exit $status
