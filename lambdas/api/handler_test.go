package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

func TestWhatDoesNotExistSaysWhatDoes(t *testing.T) {
	cases := []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/", 404, ""},
		{"GET", "/run", 404, ""},
		{"GET", "/runs/a/b", 404, ""},
		{"GET", "/runs/a/approval/b", 404, ""},
		{"GET", "/runs//approval", 404, ""},
		{"DELETE", "/runs", 405, "GET, POST"},
		{"POST", "/runs/a", 405, "GET"},
		{"GET", "/runs/a/approval", 405, "POST"},
	}
	for _, c := range cases {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			s := newScene(t)
			res := s.ask(c.method, c.path, "")
			problemIn(t, res, c.status)
			if res.Headers["Allow"] != c.allow {
				t.Errorf("Allow %q; want %q", res.Headers["Allow"], c.allow)
			}
			if calls := s.calls(); len(calls) > 0 {
				t.Errorf("calls %v; want none", calls)
			}
		})
	}
}

func TestTheNameOfAStageIsNoPartOfThePath(t *testing.T) {
	s := newScene(t)
	req := newRequest("GET", "/live/runs", "")
	req.RequestContext.Stage = "live"
	if res := s.send(req); res.StatusCode != http.StatusOK {
		t.Errorf("answer %d %s", res.StatusCode, res.Body)
	}
}

func TestEveryKindOfProblemHasAStatusAndATitle(t *testing.T) {
	for k, v := range kinds {
		if v.status < 400 || v.title == "" {
			t.Errorf("%s: %+v", k, v)
		}
	}
}

func TestRunsAreListedNewestFirstPageByPage(t *testing.T) {
	s := newScene(t)
	s.says("Validate", failover.ValidateAnswer{Verdict: failover.Checked, Summary: "Ready", Findings: []failover.Finding{}})
	for _, name := range []string{"r1", "r2", "r3"} {
		s.start(`{"name": "` + name + `", "action": "check"}`)
		s.pass(time.Minute)
	}
	var seen []string
	path := "/runs?limit=2&status=succeeded"
	for pages := 0; path != ""; pages++ {
		if pages > 2 {
			t.Fatal("the pages do not end")
		}
		var page Runs
		res := s.ask("GET", path, "")
		decode(t, res, 200, "application/json", &page)
		if strings.Contains(res.Body, `\u0026`) {
			t.Errorf("answer %s has escapes that only a browser needs", res.Body)
		}
		for _, run := range page.Runs {
			seen = append(seen, run.ID+" "+run.Status+" "+string(run.Outcome)+" "+run.Summary)
		}
		if page.Region != west {
			t.Errorf("Region %s", page.Region)
		}
		if path = page.Next; path != "" && !strings.Contains(path, "status=SUCCEEDED") {
			t.Errorf("next %s has lost the status", path)
		}
	}
	want := []string{"r3 SUCCEEDED Completed Ready", "r2 SUCCEEDED Completed Ready", "r1 SUCCEEDED Completed Ready"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

func TestRunsOfAnotherStatusAreNotListed(t *testing.T) {
	s := newScene(t)
	s.start(`{"name": "r1", "action": "failover"}`)
	res := s.ask("GET", "/runs?status=failed", "")
	if res.Body != `{"region":"us-west-2","runs":[]}`+"\n" {
		t.Errorf("answer %s", res.Body)
	}
}

func TestAPageMayHaveEachNumberOfRunsWithinTheLimits(t *testing.T) {
	s := newScene(t)
	for limit, want := range map[string]int{"0": 400, "1": 200, "50": 200, "51": 400} {
		if got := s.ask("GET", "/runs?limit="+limit, "").StatusCode; got != want {
			t.Errorf("limit %s: %d; want %d", limit, got, want)
		}
	}
}

func TestABadPageSaysWhatIsWrong(t *testing.T) {
	cases := []struct {
		query string
		want  []string
	}{
		{"limit=0", []string{`limit: "0"; expected a whole number from 1 to 50`}},
		{"limit=51", []string{`limit: "51"; expected a whole number from 1 to 50`}},
		{"limit=all&size=3&status=gone", []string{
			`limit: "all"; expected a whole number from 1 to 50`,
			`unknown parameter "size"; expected limit, next or status`,
			`status: "gone"; expected running, succeeded, failed, timed_out or aborted`,
		}},
		{"next=bogus", nil},
	}
	for _, c := range cases {
		t.Run(c.query, func(t *testing.T) {
			p := problemIn(t, newScene(t).ask("GET", "/runs?"+c.query, ""), 400)
			if diff := cmp.Diff(c.want, p.Errors); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}
