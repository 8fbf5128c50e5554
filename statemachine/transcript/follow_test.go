package transcript

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// The state machine accepts no answer to another question, so a watcher must not read that the run was approved.
func TestAWatcherReadsWhichQuestionWasAnswered(t *testing.T) {
	const own = "arn:aws:states:us-west-2:111122223333:execution:drover:r1"
	asked := failover.ApprovalRequest{Op: "approve", Run: failover.Run{ID: "r1", ARN: own}, Gate: failover.BeforeStart, Digest: "d"}
	yes := failover.ApprovalAnswer{Approved: true, By: "kim", How: failover.APISigner, Comment: "go", Run: own, Digest: "d"}
	for _, c := range []struct {
		name   string
		change func(*failover.ApprovalRequest, *failover.ApprovalAnswer)
		want   string
	}{
		{"its own", func(*failover.ApprovalRequest, *failover.ApprovalAnswer) {}, "approved by kim (API signer): go"},
		{"another run's", func(_ *failover.ApprovalRequest, a *failover.ApprovalAnswer) { a.Run = "arn:other" },
			"not approved by kim (API signer): the answer is for arn:other, not for this request"},
		{"another one of this run", func(_ *failover.ApprovalRequest, a *failover.ApprovalAnswer) { a.Digest = "e" },
			"not approved by kim (API signer): the answer is for " + own + ", not for this request"},
		{"one without run", func(_ *failover.ApprovalRequest, a *failover.ApprovalAnswer) { a.Run, a.Digest = "", "" }, "not approved by kim (API signer): the answer is for no run by its ARN, not for this request"},
		{"one of the version before", func(q *failover.ApprovalRequest, a *failover.ApprovalAnswer) { q.Digest, a.Run, a.Digest = "", "", "" }, "approved by kim (API signer): go"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, a := asked, yes
			c.change(&q, &a)
			var said bytes.Buffer
			f := NewFollower(&Printer{W: &said, Width: 400})
			payload := func(of any) []byte {
				text, err := json.Marshal(of)
				if err != nil {
					t.Fatal(err)
				}
				return text
			}
			f.Entered("AwaitApproval", time.Time{})
			f.Scheduled(payload(q))
			f.Answered(payload(a), time.Time{})
			if got := strings.Join(strings.Fields(said.String()), " "); !strings.Contains(got, "AwaitApproval "+c.want) {
				t.Errorf("it says %q; want %q", got, c.want)
			}
		})
	}
}

// TestARealRunIsFollowedWithoutTheSimulator: no file of the package but one knows the simulator's types.
func TestARealRunIsFollowedWithoutTheSimulator(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if name == "simulator.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range source.Imports {
			if strings.Contains(spec.Path.Value, "/fakeaws") {
				t.Errorf("%s imports %s; expected simulator.go alone to know the simulator", name, spec.Path.Value)
			}
		}
	}
}
