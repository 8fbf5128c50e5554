package drill

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// dump writes the state of the simulator.
func (p *performance) dump(w io.Writer) {
	fmt.Fprintf(w, "%s, %s after the start\n\n", p.world.Now().Format(time.RFC3339), scenario.Span(p.world.Now().Sub(p.began)))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "REGION\tSTATE")
	for _, region := range p.world.Regions() {
		state := "answers"
		if p.world.Dark(region) {
			state = "dark"
		}
		fmt.Fprintf(table, "%s\t%s\n", region, state)
	}
	fmt.Fprintf(table, "\nRECORD\t%s\t%s\n", p.plan.Primary, p.plan.Standby)
	for _, app := range p.apps {
		for _, record := range app.Records {
			got, _ := guarantee.Weights(p.world.RecordSets(record.Zone), record)
			fmt.Fprintf(table, "%s %s\t%d\t%d\n", record.Name, record.Type, got[p.plan.Primary], got[p.plan.Standby])
		}
	}
	p.dumpDatabases(table)
	p.dumpRuns(table)
	p.dumpUsers(table)
	_ = table.Flush() // the client may have gone
}

func (p *performance) dumpDatabases(w io.Writer) {
	fmt.Fprintln(w, "\nDATABASE\tWRITER\tSTATE")
	for _, app := range p.apps {
		for _, database := range app.Databases {
			region, available := p.world.Writer(database.GlobalCluster)
			state := "accepts writes"
			if !available {
				state = "accepts no writes"
			}
			if all := p.world.Writers(database.GlobalCluster); len(all) > 1 {
				state += "; writers in " + strings.Join(all, " and ")
			}
			fmt.Fprintf(w, "%s\t%s\t%s\n", database.GlobalCluster, region, state)
		}
	}
}

func (p *performance) dumpRuns(w io.Writer) {
	fmt.Fprintln(w, "\nRUN\tREGION\tSTATUS\tSTATE")
	for _, x := range p.world.Executions() {
		if p.narrator.Idle(x.ARN) {
			continue // one of a schedule or a rule that has found nothing to do
		}
		state := ""
		if len(x.Path) > 0 {
			state = x.Path[len(x.Path)-1]
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", x.Name, x.Region, x.Status, state)
	}
}

func (p *performance) dumpUsers(w io.Writer) {
	samples := p.world.Traffic()
	if len(samples) == 0 {
		return
	}
	last := samples[len(samples)-1]
	fmt.Fprintf(w, "\nCLIENTS\t%.0f of %.0f requests were served in the last second\n", last.Served, last.Requests)
}
