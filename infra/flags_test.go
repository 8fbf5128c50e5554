package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/infra/config"
)

// partitions is the flag that has more than is recommended: Drover can be deployed in aws-us-gov too.
const partitions = "@aws-cdk/core:target-partitions"

// The feature flags of cdk.json are all those that the CDK's library recommends, with the recommended values: a flag that
// is missing has the value of an older version, and cdk flags lists it as not configured. Both a newer library with
// more flags and a flag that the library no longer has fail the test.
func TestTheFeatureFlagsAreThoseThatTheLibraryRecommends(t *testing.T) {
	context, err := shippedContext()
	if err != nil {
		t.Fatal(err)
	}
	got := context.Values()
	delete(got, config.Key)
	want := recommendedFlags(t)
	want[partitions] = append(want[partitions].([]any), "aws-us-gov")
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("cdk.json: the feature flags are not those that aws-cdk-lib recommends; set them, type go test ./infra -update, and explain what changes in the templates (-recommended +cdk.json)\n%s", diff)
	}
}

// featureFlag is what the library reports of one of its flags in the manifest of an assembly; cdk flags reads the same.
type featureFlag struct {
	UserValue, RecommendedValue any
	UnconfiguredBehavesLike     struct{ V2 any }
}

// value is the one that the library goes by.
func (f featureFlag) value() any {
	switch {
	case f.UserValue != nil:
		return f.UserValue
	case f.UnconfiguredBehavesLike.V2 != nil:
		return f.UnconfiguredBehavesLike.V2
	}
	return false
}

// The report has more flags than the list: those that behave as recommended when they are not set.
func TestTheLibraryReportsNoFlagThatIsNotAsRecommended(t *testing.T) {
	s := shipped()
	if s.err != nil {
		t.Fatal(s.err)
	}
	var manifest struct {
		Artifacts map[string]struct {
			Properties struct{ Flags map[string]featureFlag }
		}
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(s.dir, "manifest.json"))), &manifest); err != nil {
		t.Fatal(err)
	}
	flags := manifest.Artifacts["aws-cdk-lib/feature-flag-report"].Properties.Flags
	if len(flags) < 80 {
		t.Fatalf("the library reports %d flags; expected all of them", len(flags))
	}
	for name, f := range flags {
		if name != partitions && !gocmp.Equal(f.value(), f.RecommendedValue) {
			t.Errorf("%s is %v; recommended is %v", name, f.value(), f.RecommendedValue)
		}
	}
}

// recommendedFlags is the file recommended-feature-flags.json of aws-cdk-lib, of the version in go.mod.
func recommendedFlags(t *testing.T) map[string]any {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-cdk-go/awscdk/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "jsii", "aws-cdk-lib-*.tgz"))
	if err != nil || len(packages) != 1 {
		t.Fatalf("packages %v, %v; expected one", packages, err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader([]byte(read(t, packages[0]))))
	if err != nil {
		t.Fatal(err)
	}
	for archive := tar.NewReader(unpacked); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			t.Fatalf("%s has no recommended-feature-flags.json", packages[0])
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Name != "package/recommended-feature-flags.json" {
			continue
		}
		var flags map[string]any
		if err := json.NewDecoder(archive).Decode(&flags); err != nil {
			t.Fatal(err)
		}
		return flags
	}
}
