package arrows

import (
	"slices"
	"strings"
	"testing"
)

// simulator are the packages of the AWS simulator and what else of it each may import: a service sees the kernel, the wire,
// the constraints of AWS's models and IAM, and of other services only interfaces that it declares itself. A package that is not listed is a service.
// Only statemachine/fakeaws itself, which puts them together, imports all.
var simulator = map[string][]string{
	"wire":        {},
	"constraint":  {"wire"},
	"kernel":      {"wire"},
	"iam":         {"kernel", "wire", "constraint"},
	"delivery":    {"kernel", "wire", "iam"},
	"eventbridge": {"kernel", "wire", "iam", "delivery", "constraint"},
	"scheduler":   {"kernel", "wire", "iam", "delivery", "constraint"},
	"clients":     {"kernel"},
	"proxyevent":  {"kernel", "wire"},
	"nameserver":  {},
	"apigateway":  {"kernel", "wire", "iam", "proxyevent"},
	"functionurl": {"kernel", "wire", "proxyevent"},
}

func TestServicesOfTheSimulatorDoNotKnowEachOther(t *testing.T) {
	const room = module + "statemachine/fakeaws/"
	services := 0
	for _, p := range packages(t) {
		name, inside := strings.CutPrefix(p.ImportPath, room)
		if !inside || name == "fakeawstest" { // which tests import
			continue
		}
		service, part, isPart := strings.Cut(name, "/")
		allowed, listed := simulator[service]
		if !listed {
			allowed = []string{"kernel", "wire", "iam", "constraint"}
			services++
		}
		if isPart { // a language of its own, such as that of DynamoDB's expressions
			allowed = nil
		}
		for _, path := range p.Imports {
			if path == strings.TrimSuffix(room, "/") {
				t.Errorf("%s imports statemachine/fakeaws; expected an interface of its own", name)
			}
			to, ours := strings.CutPrefix(path, room)
			if ours && !slices.Contains(allowed, to) && (isPart || !strings.HasPrefix(to, service+"/")) {
				t.Errorf("%s imports %s; expected at most %v, or an interface of its own (part %q)", name, to, allowed, part)
			}
		}
	}
	if services < 9 {
		t.Errorf("%d services in %s; expected all", services, room)
	}
}
