package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted"
)

type reportCommand struct {
	RunID  string `arg:"" name:"run" help:"Id of the run."`
	Bucket string `help:"The report bucket (default: PLAN-reports-ACCOUNT-REGION)." placeholder:"NAME"`
	JSON   bool   `name:"json" help:"Print the report as JSON, as it is in the bucket."`
	deployment
}

// maxReport bounds what is read; a report of 10,000 applications has about a megabyte.
const maxReport = 64 << 20

// Run fetches the report of a run and prints it.
func (c *reportCommand) Run(env environment) error {
	plan, err := c.plan(env.ctx)
	if err != nil {
		return err
	}
	x, err := c.find(env, plan, c.RunID)
	if err != nil {
		return err
	}
	text, err := c.fetch(env, plan, x)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err := env.stdout.Write(append(untrusted.JSONText(text), '\n'))
		return err
	}
	report, err := failover.ReadReport(text)
	if err != nil {
		return fmt.Errorf("read the report of %s: %w", c.RunID, err)
	}
	untrusted.Scrub(&report)
	writeReport(env.stdout, report)
	return nil
}

// fetch reads the report from the bucket of the Region in which the run was started.
func (c *reportCommand) fetch(env environment, plan failover.Plan, x execution) ([]byte, error) {
	cfg, err := c.config(env.ctx, x.region)
	if err != nil {
		return nil, err
	}
	bucket, key := c.bucket(plan, x), failover.ReportKey(c.RunID)
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = cfg.BaseEndpoint != nil // one address has no buckets of its own
		o.DisableLogOutputChecksumValidationSkipped = true
	})
	out, err := client.GetObject(env.ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if missing := (*types.NoSuchKey)(nil); errors.As(err, &missing) {
		return nil, fmt.Errorf("there is no report of %s in s3://%s/%s: a run that is in progress or was refused, and a check, have none", c.RunID, bucket, key)
	}
	if err != nil {
		return nil, fmt.Errorf("fetch s3://%s/%s: %w", bucket, key, err)
	}
	defer out.Body.Close()
	text, err := io.ReadAll(io.LimitReader(out.Body, maxReport))
	if err != nil {
		return nil, fmt.Errorf("fetch s3://%s/%s: %w", bucket, key, err)
	}
	return text, nil
}

// bucket is the name of the report bucket: the account is in the ARN of the run.
func (c *reportCommand) bucket(plan failover.Plan, x execution) string {
	if c.Bucket != "" {
		return c.Bucket
	}
	m, _ := failover.MachineOf(*x.ExecutionArn)
	return fmt.Sprintf("%s-reports-%s-%s", plan.Name, m.Account, x.region)
}

// writeReport prints a report: the outcome, the times, what moved and what did not, and the next command.
func writeReport(w io.Writer, r failover.Report) {
	home, away := r.Run.OutboundRegions()
	fmt.Fprintf(w, "%s\n\n", r.Summary)
	fmt.Fprintf(w, "  run      %s: %s from %s to %s\n", r.Run.ID, r.Run.Action, home, away)
	fmt.Fprintf(w, "  from     %s", r.Run.Since.Format(time.RFC3339))
	if r.Run.StartedAt.After(r.Run.Since) {
		fmt.Fprintf(w, ", started at %s", r.Run.StartedAt.Format(time.RFC3339))
	}
	fmt.Fprintf(w, "\n  until    %s\n", r.ClosedAt.Format(time.RFC3339))
	fmt.Fprintf(w, "  by       %s\n", r.Run.WhoStarted())
	if r.Run.Reason != "" {
		fmt.Fprintf(w, "  reason   %s\n", r.Run.Reason)
	}
	fmt.Fprintf(w, "  RTO      %s, target %s, %s\n", length(r.RTOSeconds), length(float64(r.TargetRTOSeconds)), met(r.RTOMet))
	fmt.Fprintf(w, "  RPO      %s\n", r.Data())
	if lag := r.Run.RegistryLagMillis; lag != nil {
		fmt.Fprintf(w, "  registry its writes took %s to reach the other Region\n", length(float64(*lag)/1000))
	}
	section(w, "Why", r.Reasons)
	writeApplications(w, r)
	writeFollowUp(w, r.FollowUp)
	writeRecord(w, r)
	if r.Next != "" {
		fmt.Fprintf(w, "\nNext: %s\n", r.Next)
	}
}

// writeFollowUp prints what is left to do, and the command that does it now.
func writeFollowUp(w io.Writer, f *failover.FollowUp) {
	if f == nil {
		return
	}
	section(w, f.Title(), append(f.Lines(), f.Text, "To do it now: "+f.Command))
}

// writeApplications prints where the applications are now; after a rollback, whether that is where they were.
func writeApplications(w io.Writer, r failover.Report) {
	elsewhere := func(title string, apps []failover.NotMoved) {
		var lines []string
		for _, n := range apps {
			lines = append(lines, n.Application+": "+strings.Join(n.Why, "; "))
		}
		if len(apps) > 0 {
			section(w, fmt.Sprintf("%s (%d)", title, len(apps)), lines)
		}
	}
	if r.Run.Phase == failover.Rollback {
		elsewhere("Not as before", r.NotRestored)
		section(w, fmt.Sprintf("As before (%d)", len(r.Restored)), r.Restored)
	} else {
		elsewhere("Not in "+string(r.Target), r.NotMoved)
		elsewhere("Not known", r.NotKnown)
		section(w, fmt.Sprintf("In %s (%d)", r.Target, len(r.Moved)), r.Moved)
	}
	section(w, "Could not be read", r.Unknown)
}

// writeRecord prints what an auditor asks for: the approvals, the time of each phase and of the drills before, and where
// lost writes can be found.
func writeRecord(w io.Writer, r failover.Report) {
	var decisions, phases, drills, lost, databases []string
	for _, db := range r.Databases {
		line := fmt.Sprintf("%s of %s: %s", db.GlobalCluster, db.Application, db.Did)
		if db.LagMillis != nil {
			line += fmt.Sprintf(", lag before %s", length(float64(*db.LagMillis)/1000))
		}
		databases = append(databases, line)
	}
	for _, d := range r.Decisions {
		decisions = append(decisions, d.AskedAt.Format(time.RFC3339)+" "+d.String())
	}
	for _, phase := range r.Phases {
		phases = append(phases, phaseLine(phase))
	}
	for _, d := range r.Trend {
		for _, phase := range d.Phases {
			drills = append(drills, fmt.Sprintf("%s %s, %s, %s", d.StartedAt.Format(time.RFC3339), d.Run, d.Outcome, phaseLine(phase)))
		}
	}
	for _, l := range r.LostWrites {
		lost = append(lost, fmt.Sprintf("%s: snapshot %s in %s; %s", l.GlobalCluster, l.Snapshot, l.Region, l.Find))
	}
	section(w, "Databases", databases)
	section(w, "Approvals", decisions)
	if len(phases) > 1 {
		section(w, "Phases", phases)
	}
	section(w, "Drills before", drills)
	section(w, "Where lost writes may be", lost)
}

// phaseLine is such as "return to us-east-1: 1m31s, 2 of 2 stages".
func phaseLine(phase failover.PhaseResult) string {
	return fmt.Sprintf("%s to %s: %s, %d of %d stages", phase.Phase, phase.To, length(phase.RTOSeconds), phase.StagesDone, phase.Stages)
}

func section(w io.Writer, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for _, line := range lines {
		fmt.Fprintf(w, "  %s\n", line)
	}
}

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "missed"
}

// length writes seconds as a duration.
func length(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(100 * time.Millisecond).String()
}
