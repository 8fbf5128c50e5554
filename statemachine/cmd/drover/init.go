package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
)

type initCommand struct {
	Dir     string   `help:"Folder to write to." default:"." placeholder:"DIR"`
	Name    string   `help:"Name of the plan (default: drover)." placeholder:"NAME"`
	Primary string   `help:"The primary Region (default: us-east-1)." placeholder:"REGION"`
	Standby string   `help:"The standby Region (default: us-west-2)." placeholder:"REGION"`
	Account string   `help:"The account, for the ARNs of clusters (default: 111122223333, to be replaced)." placeholder:"ID"`
	Zone    []string `help:"A hosted zone, as ID=NAME (may be repeated)." placeholder:"ID=NAME"`
	Cluster []string `help:"An Aurora global cluster (may be repeated)." placeholder:"NAME"`
	Force   bool     `help:"Overwrite files that are there."`
}

// answers are what was typed, checked.
type answers struct {
	plan     failover.Plan
	account  string
	zones    [][2]string // ids and names
	clusters []string
}

// Run writes the context, an applications file and a first scenario. It asks for what no flag says, at a terminal alone. It writes
// nothing when one of the files is there, unless --force is given.
func (c *initCommand) Run(env environment) error {
	if env.person {
		if err := c.ask(env); err != nil {
			return err
		}
	}
	a, err := c.answers()
	if err != nil {
		return usageError{err}
	}
	files, err := c.files(a)
	if err != nil {
		return usageError{err}
	}
	for _, f := range files {
		if err := os.WriteFile(f.name, f.text, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "wrote %s: %s\n", f.name, f.what)
	}
	fmt.Fprintf(env.stdout, "\nNext:\n  drover validate %s %s\n  make synth && bin/drover drill %[2]s --assembly cdk.out\n", c.path(applicationsName), c.path(scenarioName))
	return nil
}

// question is one that an operator is asked, when no flag has answered it.
type question struct {
	text   string
	flag   *string
	list   *[]string
	unless string
}

func (c *initCommand) ask(env environment) error {
	usual := failover.DefaultPlan()
	in := bufio.NewReader(env.stdin)
	for _, q := range []question{
		{text: "Name of the plan", flag: &c.Name, unless: usual.Name},
		{text: "Primary Region", flag: &c.Primary, unless: string(usual.Primary)},
		{text: "Standby Region", flag: &c.Standby, unless: string(usual.Standby)},
		{text: "Hosted zones, as ID=NAME, separated by blanks", list: &c.Zone},
		{text: "Aurora global clusters, separated by blanks, or none", list: &c.Cluster},
	} {
		if q.flag != nil && *q.flag != "" || q.list != nil && len(*q.list) > 0 {
			continue
		}
		suffix := ""
		if q.unless != "" {
			suffix = " [" + q.unless + "]"
		}
		fmt.Fprintf(env.stdout, "%s%s: ", q.text, suffix)
		line, err := in.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the answer: %w", err)
		}
		if line = strings.TrimSpace(line); q.flag != nil {
			*q.flag = cmp.Or(line, q.unless)
		} else if line != "none" {
			*q.list = strings.Fields(line)
		}
	}
	return nil
}

var accountID = regexp.MustCompile(`^\d{12}$`)

// answers checks what was typed.
func (c *initCommand) answers() (answers, error) {
	a := answers{plan: failover.DefaultPlan(), account: cmp.Or(c.Account, "111122223333"), clusters: c.Cluster}
	a.plan.Name = cmp.Or(c.Name, a.plan.Name)
	a.plan.Primary = failover.Region(cmp.Or(c.Primary, string(a.plan.Primary)))
	a.plan.Standby = failover.Region(cmp.Or(c.Standby, string(a.plan.Standby)))
	problems := []error{a.plan.Validate(), failover.CheckRegion(a.plan.Primary), failover.CheckRegion(a.plan.Standby)}
	if !accountID.MatchString(a.account) {
		problems = append(problems, fmt.Errorf("--account %s; expected 12 digits", a.account))
	}
	if len(c.Zone) == 0 {
		problems = append(problems, errors.New("no hosted zone; expected --zone ID=NAME, such as --zone Z0123456789ABCDEFGHIJ=example.com (aws route53 list-hosted-zones prints both)"))
	}
	for _, text := range c.Zone {
		id, name, _ := strings.Cut(text, "=")
		name = strings.TrimSuffix(name, ".")
		if wrong := cmp.Or(rules.Zone(id), rules.ZoneName(name)); wrong != "" || name == "" {
			problems = append(problems, fmt.Errorf("--zone %s: %s; expected ID=NAME", text, cmp.Or(wrong, "the name is missing")))
		}
		a.zones = append(a.zones, [2]string{id, name})
	}
	for _, cluster := range c.Cluster {
		if wrong := rules.GlobalCluster(cluster); wrong != "" {
			problems = append(problems, fmt.Errorf("--cluster %s: %s", cluster, wrong))
		}
	}
	return a, errors.Join(problems...)
}

// The names of what is written beside the context.
const (
	contextName      = "cdk.json"
	applicationsName = "applications.yaml"
	scenarioName     = "outage.yaml"
)

// draft is a file to write.
type draft struct {
	name, what string
	text       []byte
}

func (c *initCommand) path(name string) string { return filepath.Join(c.Dir, name) }

// files are what is to be written. It is an error when one of them is there already.
func (c *initCommand) files(a answers) ([]draft, error) {
	files := []draft{
		{c.path(planFile), "names the plan for the commands", a.planFile()},
		{c.path(applicationsName), "the applications, to be completed", a.applications(c.schema("applications"))},
		{c.path(scenarioName), "a first scenario", a.scenario(c.schema("scenario"))},
	}
	var there []string
	for _, f := range files {
		if _, err := os.Stat(f.name); err == nil {
			there = append(there, f.name)
		}
	}
	context, err := os.ReadFile(c.path(contextName))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("there is no %s; expected to be in a checkout of Drover, whose CDK app reads it, or --dir with one", c.path(contextName))
	case err != nil:
		return nil, err
	case !strings.Contains(string(context), exampleZone):
		there = append(there, c.path(contextName)+" (its context is not the shipped one)")
	}
	if len(there) > 0 && !c.Force {
		return nil, fmt.Errorf("%s: there already; nothing was written. To overwrite: --force", strings.Join(there, ", "))
	}
	if context, err = a.context(context); err != nil {
		return nil, fmt.Errorf("%s: %w", c.path(contextName), err)
	}
	return slices.Insert(files, 0, draft{c.path(contextName), "the plan's context, the key drover", context}), nil
}

// schema is where an editor finds a schema: in the checkout, or published with it.
func (c *initCommand) schema(what string) string {
	local := "statemachine/schema/" + what + ".schema.json"
	if _, err := os.Stat(c.path(local)); err == nil {
		return local
	}
	return "https://raw.githubusercontent.com/drover-dr/drover/main/" + local
}
