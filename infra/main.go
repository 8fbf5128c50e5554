// Command infra is the CDK app: it synthesizes one stack per Region, and one for the registry's global table, from the
// object "drover" in the context of cdk.json.
//
// It is run by the CDK command line, or alone: go run ./infra writes the same templates to cdk.out. It needs Node, which
// the CDK's library runs in, but neither credentials nor the network.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/infra/step"
	"github.com/drover-dr/drover/internal/failover"
)

func main() {
	err := run(os.Getenv, exec.LookPath)
	stderr := os.Stderr
	closeCDK()
	if err != nil {
		fmt.Fprintln(stderr, err)
		os.Exit(1)
	}
}

// run checks everything before it starts the CDK, so that nothing is synthesized from a configuration with a mistake.
func run(getenv func(string) string, lookPath func(string) (string, error)) error {
	context, err := config.Load(getenv, "cdk.json")
	if err != nil {
		return err
	}
	c, err := context.Config()
	if err != nil {
		return err
	}
	code := filepath.Join("dist", "arm64")
	if err := checkCode(code, c.Plan); err != nil {
		return err
	}
	if err := checkNode(getenv, lookPath); err != nil {
		return err
	}
	outdir := getenv("CDK_OUTDIR")
	if outdir == "" {
		outdir = "cdk.out"
	}
	return app{config: c, context: context.Values(), code: code, outdir: outdir}.synthesize()
}

// closeCDK ends the Node that the CDK's library runs in, if it was started. Two goroutines of the library wait for it to
// end, and the second one writes to os.Stderr that it "exited abnormally". That is wrong, and is not shown after a synthesis
// that succeeded.
func closeCDK() {
	os.Stderr = nil
	jsii.Close()
}

// checkCode says which of the built Lambdas are missing.
func checkCode(dir string, plan failover.Plan) error {
	var missing []string
	for _, name := range step.Deployed(plan) {
		file := filepath.Join(dir, name, "bootstrap")
		if _, err := os.Stat(file); err != nil {
			missing = append(missing, file)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("the Lambdas are not built, %s is missing; type: make build", strings.Join(missing, ", "))
	}
	return nil
}

// checkNode finds the Node that the CDK's library would start.
func checkNode(getenv func(string) string, lookPath func(string) (string, error)) error {
	node := getenv("JSII_NODE")
	if node == "" {
		node = "node"
	}
	if _, err := lookPath(node); err != nil {
		return errors.New("the CDK needs Node 22 or newer: install it from nodejs.org and try again")
	}
	return nil
}
