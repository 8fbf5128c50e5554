package awsmodel_test

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws/awsmodel"
)

var anyLabel = regexp.MustCompile(`\{[^}]*\}`)

// byParameters are operations of S3 that differ from one that the simulator has only in a header or in parameters.
var byParameters = []string{"CopyObject", "ListDirectoryBuckets", "ListParts", "UploadPart", "UploadPartCopy"}

// TestWhatTheSimulatorHasIsInTheModels asks for every operation that the reduced models leave out.
func TestWhatTheSimulatorHasIsInTheModels(t *testing.T) {
	for _, s := range awsmodel.Services() {
		for _, name := range slices.Sorted(maps.Keys(s.Others)) {
			left := s
			left.Operations = map[string]awsmodel.Operation{name: {Method: s.Others[name][0], URI: anyLabel.ReplaceAllString(s.Others[name][1], "x")}}
			for _, protocol := range protocolsOf(s) {
				a := send(t, left, protocol, awsmodel.Case{Operation: name, Input: map[string]any{}})
				if a.code != "NotImplemented" && !slices.Contains(byParameters, name) {
					t.Errorf("%s %s: answered %s; expected NotImplemented. If the simulator has the operation, add it to models/reduce.py and run that.", s.Service, name, a)
				}
			}
		}
	}
}

func TestTheCasesAreTheSameEachTime(t *testing.T) {
	for _, s := range awsmodel.Services() {
		for _, name := range s.Names() {
			g := generator(s)
			first, second := g.Cases(name), g.Cases(name)
			if !reflect.DeepEqual(first, second) {
				t.Errorf("%s %s: two different lists of cases", s.Service, name)
			}
		}
	}
}
