# What the mutants.sh of a room share; it sets these and reads this file:
#
#	rows	prints its rows: file, a pattern that its line matches, sed commands
#		for that line, with | between them
#	room	the folder of the files
#	left_out	those of its files that the tests do without
#	tests	the tests, test_NAME.c beside the script; the quick ones first
#	rest	the other sources
#	packages	for pkg-config
#
# One check after another is taken out of the sources, and a test must notice: what no
# test misses could be lost without a word. A row whose line is gone is an error: it
# guards nothing any more.
# shellcheck shell=sh disable=SC2154

if [ "${MUTANTS:-yes}" = no ]; then
  echo "skipped: MUTANTS=no"
  exit 77
fi
CC=${CC:-gcc}
case $($CC --version 2>/dev/null) in
*Free\ Software\ Foundation*) ;;
*) echo "skipped: $CC is not gcc" && exit 77 ;;
esac
# shellcheck disable=SC2086
pkg-config --exists cmocka $packages || { echo "skipped: no cmocka" && exit 77; }

here=$(dirname "$0")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# A test that fails leaves its files behind.
TMPDIR=$work
export TMPDIR
# shellcheck disable=SC2086
flags="-std=gnu11 -w -O0 -D_GNU_SOURCE -I$srcdir -I$srcdir/resolver
  $(pkg-config --cflags cmocka $packages)"
# shellcheck disable=SC2086
libs=$(pkg-config --libs cmocka $packages)

compile() { # source object flags…
  source=$1 object=$2
  shift 2
  # shellcheck disable=SC2086
  $CC $flags "$@" -c "$source" -o "$object" || exit 1
}

# All tests in one program: one link a mutant.
prepare() {
  mkdir "$work/room" "$work/rest"
  for source in $rest; do
    # Rooms have files of the same name.
    compile "$source" "$work/rest/rest$(echo "$source" | tr / _).o"
  done
  for source in "$room"/*.c; do
    case " $left_out " in *" ${source##*/} "*) continue ;; esac
    compile "$source" "$work/room/$(basename "$source" .c).o"
  done
  echo '#include <stdio.h>' >"$work/main.c"
  for test in $tests; do
    echo "int main_$test(void);" >>"$work/main.c"
    compile "$here/test_$test.c" "$work/rest/test_$test.o" -Dmain="main_$test"
  done
  echo 'int main(void) {' >>"$work/main.c"
  for test in $tests; do
    echo "if (main_$test() != 0) { puts(\"red: $test\"); return 1; }" >>"$work/main.c"
  done
  echo 'return 0; }' >>"$work/main.c"
  compile "$work/main.c" "$work/rest/main.o"
}

# Prints the test that was red, or "nobody".
run() { # directory of the room's objects
  # shellcheck disable=SC2086
  if ! $CC -o "$1/program" "$work"/rest/*.o "$1"/*.o $libs; then
    echo "nobody: does not link"
  elif timeout 20 "$1/program" >"$1/out" 2>/dev/null; then
    echo nobody
  else
    red=$(sed -n 's/^red: //p' "$1/out")
    echo "${red:-a crash}"
  fi
}

# Prints what went wrong with a row, or nothing.
mutate() { # directory file pattern change
  source="$room/$2"
  line=$(grep -n -m1 -e "$3" "$source" | cut -d: -f1)
  [ -n "$line" ] || { echo "no such line"; return; }
  mkdir "$1"
  cp "$work"/room/*.o "$1"
  sed "$line{
$4
}" "$source" >"$1/$2"
  if cmp -s "$source" "$1/$2"; then echo "changes nothing"; return; fi
  # shellcheck disable=SC2086
  $CC $flags -c "$1/$2" -o "$1/${2%.c}.o" || { echo "does not compile"; return; }
  red=$(run "$1")
  case $red in nobody*) echo "$red" ;; esac
}

# Every other row, so that two of these share the work.
mutate_half() { # 0 or 1
  number=0
  rows | while IFS='|' read -r file pattern change; do
    number=$((number + 1))
    [ $((number % 2)) -eq "$1" ] || continue
    wrong=$(mutate "$work/mutant$number" "$file" "$pattern" "$change")
    rm -rf "$work/mutant$number"
    [ -z "$wrong" ] || echo "$file: $pattern: $change: $wrong"
  done >"$work/wrong$1"
}

prepare
red=$(run "$work/room")
# Red as it is, a test could not show anything.
[ "$red" = nobody ] || { echo "without a mutation: red: $red"; exit 1; }
mutate_half 0 &
mutate_half 1
wait
cat "$work/wrong0" "$work/wrong1"
echo "$(rows | wc -l) mutants, $(cat "$work/wrong0" "$work/wrong1" | wc -l) not noticed"
[ ! -s "$work/wrong0" ] && [ ! -s "$work/wrong1" ]
