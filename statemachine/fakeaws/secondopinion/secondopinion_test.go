package secondopinion_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

func TestASecondOpinion(t *testing.T) {
	if testing.Short() {
		t.Skip("the import of boto3 and moto takes seconds")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed; the simulator is not driven with boto3, nor compared with moto")
	}
	if out, err := exec.CommandContext(t.Context(), python, "-c", "import boto3, moto").CombinedOutput(); err != nil {
		t.Skipf("python3 has no boto3 or no moto (pip install boto3 'moto[all]'); the simulator is not driven with boto3, nor compared with moto: %.200s", out)
	}
	w := fakeawstest.Furnished(t)
	w.SetMetricDelay(fakeaws.MetricDelay{})
	w.AdvanceTo(w.Now().Add(5 * time.Second))
	server := httptest.NewServer(w)
	defer server.Close()
	cmd := exec.CommandContext(t.Context(), python, "second_opinion.py", "--url", server.URL, "--key", fakeaws.Administrator, "--agreed", "agreed.txt")
	// Nothing of the caller's AWS settings: no call may reach an account.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "NO_PROXY=127.0.0.1", "PYTHONDONTWRITEBYTECODE=1", "AWS_EC2_METADATA_DISABLED=true"}
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("%v; mend the simulator, or add a line to agreed.txt that says who is right by AWS's documents", err)
	}
}
