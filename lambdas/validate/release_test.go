package validate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/release"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// published makes the releases of the Regions these; an empty version is one that was never published.
func (s *scene) published(here, there string) {
	s.t.Helper()
	s.store.Table = "releases" // a registry in which nothing is published
	must(s.t, s.world.AddTable(s.store.Table, string(east), string(west)))
	s.h.Table = s.store.Table
	_, err := s.store.Register(s.t.Context(), failover.DefaultPlan(), []failover.Application{shop()}, start)
	must(s.t, err)
	for region, version := range map[failover.Region]string{west: here, east: there} {
		format := failover.Format
		if version < release.Version {
			format = failover.OldestFormat
		}
		if version != "" {
			must(s.t, s.store.PublishRelease(s.t.Context(), registry.Release{Region: region, Version: version, Format: format, Since: start.Add(-time.Hour)}))
		}
	}
}

// oldFence puts up a fence as release 0.1.0 has written it.
func (s *scene) oldFence(f failover.Fence) {
	s.t.Helper()
	must(s.t, s.world.PutRecordSet("Z1", fakeaws.RecordSet{Name: failover.OldFenceName("shop.example"), Type: "TXT", TTL: 60, Values: []string{f.OldString()}}))
}

func TestARunWritesWhatBothRegionsReadAndSaysWhoDiffers(t *testing.T) {
	for _, c := range []struct {
		here, there, input string
		writes             int
		says               string
	}{
		{release.Version, release.Version, consenting, failover.Format, ""},
		{release.Version, "9.9.9", consenting, failover.Format, "it runs release 9.9.9, and us-west-2 runs " + release.Version},
		{release.Version, "0.1.9", consenting, failover.OldestFormat, "it runs release 0.1.9"},
		{release.Version, "", consenting, failover.OldestFormat, ""},
		{release.Version, "", `{"action": "check"}`, failover.OldestFormat, "no run or check in us-east-1 has published its release"},
		{"", release.Version, consenting, failover.OldestFormat, ""}, // it has just been deployed here
	} {
		s := newScene(t, shop())
		s.published(c.here, c.there)
		answer := s.validate(c.input)
		if answer.Run.Writes != c.writes {
			t.Errorf("%q here, %q there: writes format %d; want %d", c.here, c.there, answer.Run.Writes, c.writes)
		}
		i := slices.IndexFunc(answer.Findings, func(f failover.Finding) bool { return f.Code == failover.CodeRelease })
		switch {
		case c.says == "" && i >= 0:
			t.Errorf("%q here, %q there: %s", c.here, c.there, answer.Findings[i])
		case c.says != "" && (i < 0 || !strings.Contains(answer.Findings[i].String(), c.says)):
			t.Errorf("%q here, %q there: %v; want %q", c.here, c.there, answer.Findings, c.says)
		}
	}
}

// TestARegionPublishesItsReleaseByRunsAndChecks, and not by a dry run.
func TestARegionPublishesItsReleaseByRunsAndChecks(t *testing.T) {
	for input, publishes := range map[string]bool{
		`{"action": "check"}`: true, consenting: true, `{"action": "failover"}`: true, `{"action": "check", "dryRun": true}`: false,
	} {
		s := newScene(t, shop())
		s.published("0.1.9", release.Version)
		s.validate(input)
		got, err := s.store.Releases(t.Context())
		must(t, err)
		if (got[west].Version == release.Version) != publishes {
			t.Errorf("%s: published %+v; want it %v", input, got[west], publishes)
		}
		if publishes && !got[west].Since.Equal(s.world.Now()) {
			t.Errorf("%s: since %v; want %v", input, got[west].Since, s.world.Now())
		}
	}
}

// TestAFenceOfFormat1CountsAsAnyOther: its epoch is older than the run's, and the run that has written it is looked for.
func TestAFenceOfFormat1CountsAsAnyOther(t *testing.T) {
	s := newScene(t, shop())
	s.oldFence(failover.Fence{Epoch: 9, Run: "run-0", Region: east, Phase: failover.Outbound})
	if answer := s.validate(`{"action": "switchover"}`); answer.Verdict != failover.Refuse || !slices.Contains(codes(answer, failover.Blocker), failover.CodeLocked) {
		t.Errorf("a planned run: got %s with %v", answer.Verdict, answer.Findings)
	}
	if answer := s.validate(consenting); answer.Verdict != failover.Proceed || answer.Run.Epoch != 10 {
		t.Errorf("a failover: got %s with epoch %d; want one after 9", answer.Verdict, answer.Run.Epoch)
	}
}

// TestARegionPublishesItsPlan, so that tools need only its name; a dry run publishes nothing.
func TestARegionPublishesItsPlan(t *testing.T) {
	s := newScene(t, shop())
	s.h.Plan.Attempts = 99
	for _, c := range []struct {
		input     string
		published int
	}{{`{"action": "check", "dryRun": true}`, 180}, {`{"action": "check"}`, 99}} {
		s.validate(c.input)
		known, err := s.store.Releases(t.Context())
		must(t, err)
		if plan, ok := known[west].Plan(); !ok || plan.Attempts != c.published {
			t.Errorf("%s: published %v %+v; want attempts %d", c.input, ok, plan, c.published)
		}
	}
}
