package contract_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

var update = flag.Bool("update", false, "rewrite the generated part of docs/fidelity.md")

var page = fakeawstest.Page{File: "../../docs/fidelity.md", Part: "contract", Command: "go test ./statemachine/contract -update"}

var row = regexp.MustCompile(`(?m)^\| ([A-Z][A-Z0-9]*-\d+) \|`)

func byNumber(a, b string) int {
	as, an, _ := strings.Cut(a, "-")
	bs, bn, _ := strings.Cut(b, "-")
	x, _ := strconv.Atoi(an)
	y, _ := strconv.Atoi(bn)
	return cmp.Or(strings.Compare(as, bs), cmp.Compare(x, y))
}

// TestEveryAssumptionIsAskedOrSaysWhyNot compares the page with the programs.
func TestEveryAssumptionIsAskedOrSaysWhyNot(t *testing.T) {
	before, _, after := page.Read(t)
	assumed := map[string]bool{}
	for _, match := range row.FindAllStringSubmatch(before+after, -1) {
		assumed[match[1]] = true
	}
	for number := range assumed {
		if _, isAsked := programs[number]; !isAsked && unasked[number] == "" {
			t.Errorf("%s has no program here; write one in a file of its own, or say in unasked_test.go why it cannot be asked", number)
		}
	}
	for _, number := range slices.Concat(slices.Collect(maps.Keys(programs)), slices.Collect(maps.Keys(unasked))) {
		_, isAsked := programs[number]
		if !assumed[number] || isAsked && unasked[number] != "" {
			t.Errorf("%s is in %s: %v; expected there, and either asked or not", number, page.File, assumed[number])
		}
	}
	page.Check(t, generatedPart(), *update)
}

// generatedPart is the generated part: the programs, and the assumptions without one by their reason.
func generatedPart() string {
	var b strings.Builder
	b.WriteString("\n| number | the program |\n| --- | --- |\n")
	for _, number := range slices.SortedFunc(maps.Keys(programs), byNumber) {
		file := strings.ToLower(strings.ReplaceAll(number, "-", "_")) + "_test.go"
		fmt.Fprintf(&b, "| [%s](../statemachine/contract/%s) | %s |\n", number, file, programs[number].how)
	}
	byReason := map[string][]string{}
	for number, reason := range unasked {
		byReason[reason] = append(byReason[reason], number)
	}
	b.WriteString("\n| reason | what no program asks |\n| --- | --- |\n")
	lines := map[string]string{}
	for reason, numbers := range byReason {
		slices.SortFunc(numbers, byNumber)
		lines[numbers[0]] = fmt.Sprintf("| %s | %s |\n", reason, strings.Join(numbers, ", "))
	}
	for _, first := range slices.SortedFunc(maps.Keys(lines), byNumber) {
		b.WriteString(lines[first])
	}
	return b.String() + "\n"
}
