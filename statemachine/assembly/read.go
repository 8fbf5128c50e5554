package assembly

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Placeholder is the account for which stacks that name no account are read in rehearsals.
const Placeholder = "111122223333"

//go:embed default levers
var golden embed.FS

// Default returns the checked-in assembly: what infra synthesizes from the context in cdk.json and what the drills have
// beside it (infra/testdata/drills.json), with the hashes of the function archives blanked. A test in infra keeps it equal
// to a fresh synthesis.
func Default() (*Assembly, error) { return builtIn("default") }

// Levers returns the checked-in assembly of a plan that has a switch with each kind of lever (infra/testdata/levers.json).
func Levers() (*Assembly, error) { return builtIn("levers") }

func builtIn(name string) (*Assembly, error) {
	dir, err := fs.Sub(golden, name)
	if err != nil {
		return nil, err
	}
	a, err := Read(dir, Placeholder)
	if err != nil {
		return nil, err
	}
	a.BuiltIn = true
	return a, nil
}

// Read reads the assembly in a directory such as cdk.out. The account stands in where a stack names none. All that
// cannot be understood is one joined error; each part names the stack, the resource and the type or intrinsic function.
func Read(dir fs.FS, account string) (*Assembly, error) {
	files, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	a := &Assembly{}
	var problems []error
	for _, file := range files {
		if file.account == unknownAccount {
			file.account = account
		}
		if a.Account == "" {
			a.Account = file.account
		}
		if file.account != a.Account {
			problems = append(problems, fmt.Errorf("stack %s is for account %s and others for %s; expected one account", file.name, file.account, a.Account))
		}
		if here, first := partitionOf(file), partitionOf(files[0]); here != first {
			problems = append(problems, fmt.Errorf("stack %s is in the partition %s and others in %s; expected one partition", file.name, here, first))
		}
		stack, err := readStack(dir, file)
		problems = append(problems, err)
		a.Stacks = append(a.Stacks, stack)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return a, a.view()
}

func partitionOf(file stackFile) string { return place{region: file.region}.partition() }

func readStack(dir fs.FS, file stackFile) (Stack, error) {
	stack := Stack{Name: file.name, Region: file.region, DependsOn: file.dependsOn}
	text, err := fs.ReadFile(dir, file.template)
	if err != nil {
		return stack, fmt.Errorf("stack %s: %w", file.name, err)
	}
	t, err := parseTemplate(text)
	if err != nil {
		return stack, fmt.Errorf("stack %s: %s: %w", file.name, file.template, err)
	}
	r := &resolver{
		place: place{stack: file.name, region: file.region, account: file.account}, template: t, names: map[string]string{},
	}
	for i := range t.resources {
		r.within("resource "+t.resources[i].id, func() { stack.Resources = append(stack.Resources, r.resource(&t.resources[i])...) })
	}
	for _, d := range t.outputs {
		r.within("output "+d.id, func() { stack.Outputs = append(stack.Outputs, r.output(d)...) })
	}
	return stack, errors.Join(r.problems...)
}

// resource resolves a resource; there is none when its condition is false.
func (r *resolver) resource(d *declaration) []Resource {
	k, known := kinds[d.Type]
	if !known {
		r.fail("the resource type %s is not known here; known are %v", d.Type, knownTypes())
		return nil
	}
	if !r.condition(d.Condition) {
		return nil
	}
	out := Resource{
		LogicalID: d.id, Type: d.Type, Name: r.physicalName(d), Properties: r.object(d.Properties),
		Retained: slices.Contains([]string{"Retain", "RetainExceptOnCreate"}, d.DeletionPolicy),
	}
	if k.arn != nil {
		out.ARN = k.arn(r.place, out.Name)
	}
	return []Resource{out}
}

func (r *resolver) output(d declaration) []Output {
	if !r.condition(d.Condition) {
		return nil
	}
	return []Output{{Name: d.id, Value: r.text("Value", d.Value)}}
}
