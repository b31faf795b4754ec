#!/usr/bin/env bash
# The main job on the samples, in a demo home of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
home=${HOSO_HOME:-demo-home}
hoso=.venv/bin/hoso
"$hoso" --home "$home" init --demo
"$hoso" --home "$home" digitize samples/inbox
copies=$home/archive
"$hoso" --home "$home" copies "$copies"
cat >&2 <<TEXT

The signed PDFs:      $copies/
What is where:        $hoso --home $home status
Fields and problems:  $hoso --home $home records
What waits:           $hoso --home $home approve --list
Ask the warehouse:    $hoso --home $home sql "SELECT * FROM v_tai_lieu"
Search:               $hoso --home $home search nguyen
Check a copy:         $hoso --home $home verify $copies/<file>.pdf
TEXT
