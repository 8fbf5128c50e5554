package assembly

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const empty = `{"Resources": {}}`

func TestStacksAreInDeployOrder(t *testing.T) {
	a, err := Read(fstest.MapFS{
		"manifest.json": {Data: []byte(`{"artifacts": {
			"a": {"type": "aws:cloudformation:stack", "environment": "aws://1/us-west-1", "properties": {"templateFile": "t", "stackName": "named"}, "dependencies": ["z", "a.assets"]},
			"b": {"type": "aws:cloudformation:stack", "environment": "aws://1/us-west-2", "properties": {"templateFile": "t"}, "dependencies": ["a"]},
			"z": {"type": "aws:cloudformation:stack", "environment": "aws://1/us-west-1", "properties": {"templateFile": "t"}},
			"a.assets": {"type": "cdk:asset-manifest"}, "Tree": {"type": "cdk:tree"}}}`)},
		"t": {Data: []byte(empty)},
	}, Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	want := []Stack{
		{Name: "z", Region: "us-west-1"},
		{Name: "named", Region: "us-west-1", DependsOn: []string{"z"}},
		{Name: "b", Region: "us-west-2", DependsOn: []string{"a"}},
	}
	if diff := cmp.Diff(want, a.Stacks); diff != "" {
		t.Errorf("stacks (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"us-west-1", "us-west-2"}, a.Regions()); diff != "" {
		t.Errorf("Regions (-want +got)\n%s", diff)
	}
	if a.Account != "1" {
		t.Errorf("account %q, want the one that the stacks name", a.Account)
	}
}

func TestBrokenAssembliesAreRefusedByName(t *testing.T) {
	stack := func(environment, dependencies string) string {
		return `{"type": "aws:cloudformation:stack", "environment": "` + environment + `", "properties": {"templateFile": "t"}, "dependencies": [` + dependencies + `]}`
	}
	for _, tc := range []struct{ name, manifest, want string }{
		{"no manifest", "", "no manifest.json: this is not a cloud assembly; expected a directory such as the cdk.out of make synth"},
		{"not JSON", "{", "manifest.json: unexpected end of JSON input"},
		{"no stacks", `{"artifacts": {"Tree": {"type": "cdk:tree"}}}`, "manifest.json: no stacks"},
		{"no Region", `{"artifacts": {"a": ` + stack("aws://1/unknown-region", "") + `}}`, `stack a: environment "aws://1/unknown-region" names no Region`},
		{"circle", `{"artifacts": {"a": ` + stack("aws://1/eu-west-1", `"b"`) + `, "b": ` + stack("aws://1/eu-west-1", `"a"`) + `}}`, "depend on each other in a circle: a, b"},
		{"unknown artifact", `{"artifacts": {"a": ` + stack("aws://1/eu-west-1", "") + `, "n": {"type": "cdk:cloud-assembly"}}}`, "artifact n: type cdk:cloud-assembly is not known here"},
		{"two accounts", `{"artifacts": {"a": ` + stack("aws://1/eu-west-1", "") + `, "b": ` + stack("aws://2/eu-west-1", "") + `}}`, "stack b is for account 2 and others for 1; expected one account"},
		{"a Region that is not known", `{"artifacts": {"a": ` + stack("aws://1/us-iso-east-1", "") + `}}`, `stack a: environment "aws://1/us-iso-east-1": "us-iso-east-1" is not a known Region`},
		{"two partitions", `{"artifacts": {"a": ` + stack("aws://1/us-west-2", "") + `, "b": ` + stack("aws://1/cn-north-1", "") + `}}`,
			"stack b is in the partition aws-cn and others in aws; expected one partition"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := fstest.MapFS{"t": {Data: []byte(empty)}}
			if tc.manifest != "" {
				dir["manifest.json"] = &fstest.MapFile{Data: []byte(tc.manifest)}
			}
			_, err := Read(dir, Placeholder)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

func TestBrokenTemplatesAreRefusedByName(t *testing.T) {
	for _, tc := range []struct{ name, template, want string }{
		{"not JSON", "{", "stack s: s.json: unexpected end of JSON input"},
		{"resources are no object", `{"Resources": []}`, "stack s: s.json: in Resources: not a JSON object: []"},
		{"a macro", `{"Transform": "AWS::Serverless-2016-10-31"}`, "the transform AWS::Serverless-2016-10-31 is not known here"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := Read(onlyStack(tc.template), Placeholder); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
	dir := onlyStack(empty)
	delete(dir, "s.json")
	if _, err := Read(dir, Placeholder); err == nil || !strings.Contains(err.Error(), "stack s: open s.json") {
		t.Errorf("without its template: error %v", err)
	}
}
