package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/memoryhost"
	"github.com/drover-dr/drover/statemachine/report"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// summary counts how scenarios have ended.
type summary struct {
	played, failed, skipped int
	// unchecked is how many were played without some of their expectations.
	unchecked int
}

// all plays every scenario that comes with Drover, each on one line. The functions run in this process, and not as the built
// binaries: that takes a tenth of the time, and the transcripts are the same.
func (c *drillCommand) all(env environment) error { return c.playAll(env, drills.Names()) }

func (c *drillCommand) playAll(env environment, names []string) error {
	c.All = true
	deployed, err := c.read()
	if err != nil {
		return usageError{err}
	}
	width := widestName()
	var sum summary
	for _, name := range names {
		if env.ctx.Err() != nil {
			return env.ctx.Err()
		}
		s, err := drills.Load(name)
		if err != nil {
			return err
		}
		if s, err = c.using(s); err != nil {
			return usageError{err}
		}
		verdict, err := c.one(env.ctx, s, deployed, &sum)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(env.stdout, "%-*s  %s\n", width, name, verdict)
	}
	fmt.Fprintf(env.stdout, "\n%s played as expected, %d failed, %d not applicable", prose.Count(sum.played-sum.failed, "scenario"), sum.failed, sum.skipped)
	if sum.unchecked > 0 {
		fmt.Fprintf(env.stdout, "; of %d, some texts and counts were not checked", sum.unchecked)
	}
	fmt.Fprintf(env.stdout, ".\nReports: %s\n", filepath.Join(c.folder("SCENARIO"), report.Page))
	if sum.failed > 0 {
		return errFailed
	}
	return nil
}

// one plays one scenario, and says in one line how it ended.
func (c *drillCommand) one(ctx context.Context, s *scenario.Scenario, a *assembly.Assembly, sum *summary) (string, error) {
	var text strings.Builder
	result, err := drill.Play(ctx, s, drill.Options{Assembly: a, Out: &transcript.Printer{W: &text, Also: &transcript.Printer{W: io.Discard}}, Hosting: memoryhost.New(nil)})
	var not *scenario.NotApplicableError
	if errors.As(err, &not) {
		sum.skipped++
		return "not applicable: " + not.Reason, nil
	}
	if err != nil {
		return "", err
	}
	sum.played++
	if err := report.Write(c.folder(s.Name), result, []byte(text.String())); err != nil {
		return "", err
	}
	if result.Scenario.Unchecked != "" {
		sum.unchecked++
	}
	if !result.OK() {
		sum.failed++
		return "FAILED: " + result.Failures(), nil
	}
	return strings.TrimSpace("as expected" + recovery(result)), nil
}

// recovery names the recovery time of the first completed move, if there is one.
func recovery(r *drill.Result) string {
	var runs []string
	for _, o := range r.Outcomes {
		runs = append(runs, string(o.Outcome))
	}
	text := ": " + prose.Some(runs, 5, ", ")
	if len(r.Outcomes) == 0 {
		text = ""
	}
	if len(r.Recoveries) > 0 {
		text += ", RTO " + r.Recoveries[0].RTO.Round(time.Second).String()
	}
	return text
}

func widestName() int {
	widest := 0
	for _, name := range drills.Names() {
		widest = max(widest, len(name))
	}
	return widest
}
