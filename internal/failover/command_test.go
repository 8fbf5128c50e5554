package failover

import (
	"os/exec"
	"strings"
	"testing"
)

func TestAMachineIsThatOfAnExecutionsARN(t *testing.T) {
	m, ok := MachineOf("arn:aws-cn:states:cn-north-1:111122223333:execution:drover:run-1")
	if want := (Machine{"aws-cn", "cn-north-1", "111122223333", "drover"}); !ok || m != want {
		t.Errorf("got %+v, %v; want %+v", m, ok, want)
	}
	for _, arn := range []string{"", "arn:run-1", "arn:aws:states:us-east-1:111122223333:stateMachine:drover"} {
		if m, ok := MachineOf(arn); ok {
			t.Errorf("%q: got %+v", arn, m)
		}
	}
}

func TestARunIsShownInTheRegionOfItsARN(t *testing.T) {
	const arn = "arn:aws:states:us-east-1:111122223333:execution:drover:run-1"
	if got, want := Describe(arn), "aws stepfunctions describe-execution --region us-east-1 --execution-arn "+arn; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := Describe("arn:run-1"); got != "" {
		t.Errorf("of what is no execution: got %s", got)
	}
}

func TestACommandLeavesOutWhoAsksAndWhy(t *testing.T) {
	m := Machine{"aws", "us-west-2", "111122223333", "drover"}
	got := m.Start("us-east-1", Input{Action: Failback, Applications: []string{"it's"}, Reason: "we can't wait", RequestedBy: "kim"})
	want := `aws stepfunctions start-execution --region us-east-1 --state-machine-arn arn:aws:states:us-east-1:111122223333:stateMachine:drover --input '{"action":"failback","applications":["it'\''s"]}'`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheSameAgainHasTheOrderAndTheShares(t *testing.T) {
	run := Run{Action: Failover, AllowDataLoss: true, Order: DatabaseFirst, Percents: []int{10, 100}, Approval: NoApproval}
	got := Machine{"aws", "r", "a", "m"}.Start("r", run.Again(DefaultPlan()))
	if want := `'{"action":"failover","allowDataLoss":true,"order":"database-first","percents":[10,100]}'`; !strings.HasSuffix(got, want) {
		t.Errorf("got %s; want it to end in %s", got, want)
	}
}

func TestDroverIsGivenTheNameOfAPlanThatIsNotTheDefaultOne(t *testing.T) {
	plan := DefaultPlan()
	if got, want := plan.Drover("status", "us-west-2"), "drover status --region us-west-2"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	plan.Name, plan.Standby = "shop", "us-east-2"
	if got, want := plan.Drover("status", "us-east-2"), "drover status --region us-east-2 --plan shop"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

// TestAShellReadsAQuotedTextAsOneWord asks a real shell.
func TestAShellReadsAQuotedTextAsOneWord(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell here")
	}
	for _, text := range []string{"", "plain", "it's", `{"a":"b c"}`, "$HOME `id` \\ \"x\" !", "a;b|c&d>e*?[~]#", "=x", "two\nlines", "''"} {
		got, err := exec.Command(shell, "-c", "printf '%s|' "+Quote(text)).Output()
		if err != nil || string(got) != text+"|" {
			t.Errorf("%q as %s: the shell reads %q, %v", text, Quote(text), got, err)
		}
	}
}
