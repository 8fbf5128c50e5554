package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestTheTemplatesPassACloudFormationLinter knows of CloudFormation what the CDK does not: which values a property takes
// in which Region. Warnings are left out: most of them are that the CDK writes a dependency that a reference implies.
func TestTheTemplatesPassACloudFormationLinter(t *testing.T) {
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Skip("cfn-lint is not installed; type: pip install cfn-lint")
	}
	for _, s := range []synthesis{fresh(t), complete(t)} {
		files, err := filepath.Glob(filepath.Join(s.dir, "*.template.json"))
		if err != nil || len(files) < 3 {
			t.Fatalf("templates %v, error %v; want those of the table and of two Regions", files, err)
		}
		args := append([]string{"--ignore-checks", "W", "--"}, files...)
		if out, err := exec.CommandContext(t.Context(), lint, args...).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
}
