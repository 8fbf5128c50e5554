package schema

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
	"github.com/drover-dr/drover/statemachine/scenario"
)

var update = flag.Bool("update", false, "rewrite the schemas")

// node is a schema, in the order in which it is written.
type node struct {
	Schema               string           `json:"$schema,omitempty"`
	Title                string           `json:"title,omitempty"`
	Description          string           `json:"description,omitempty"`
	Type                 string           `json:"type,omitempty"`
	Pattern              string           `json:"pattern,omitempty"`
	Enum                 []string         `json:"enum,omitempty"`
	AnyOf                []*node          `json:"anyOf,omitempty"`
	Items                *node            `json:"items,omitempty"`
	Required             []string         `json:"required,omitempty"`
	Properties           map[string]*node `json:"properties,omitempty"`
	AdditionalProperties any              `json:"additionalProperties,omitempty"`
}

// maker makes schemas of types whose fields have their keys in a tag.
type maker struct {
	tag string
	// comments are those of the fields, by Type.Field.
	comments map[string]string
	// special are types that are not written as Go has them, optional and left out are fields, by Type.Field.
	special           map[reflect.Type]*node
	optional, leftOut map[string]bool
}

func (m *maker) of(t reflect.Type) *node {
	if special, ok := m.special[t]; ok {
		copied := *special
		return &copied
	}
	switch t.Kind() {
	case reflect.Pointer:
		return m.of(t.Elem())
	case reflect.String:
		return &node{Type: "string"}
	case reflect.Bool:
		return &node{Type: "boolean"}
	case reflect.Int, reflect.Int64:
		return &node{Type: "integer"}
	case reflect.Float64:
		return &node{Type: "number"}
	case reflect.Slice:
		return &node{Type: "array", Items: m.of(t.Elem())}
	case reflect.Map:
		return &node{Type: "object", AdditionalProperties: m.of(t.Elem())}
	case reflect.Struct:
		return m.object(t)
	}
	return &node{} // anything
}

func (m *maker) object(t reflect.Type) *node {
	n := &node{Type: "object", Properties: map[string]*node{}, AdditionalProperties: false}
	for i := range t.NumField() {
		field := t.Field(i)
		name := t.Name() + "." + field.Name
		key, options, _ := strings.Cut(field.Tag.Get(m.tag), ",")
		if key == "" || key == "-" || m.leftOut[name] {
			continue
		}
		property := m.of(field.Type)
		if comment := m.comments[name]; comment != "" {
			property.Description = comment
		}
		n.Properties[key] = property
		if m.tag == "json" && options == "" && !m.optional[name] {
			n.Required = append(n.Required, key)
		}
	}
	return n
}

// commentsIn reads the comments of all fields in a folder, each in one line.
func commentsIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	comments := map[string]string{}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if fields, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range fields.Fields.List {
					for _, name := range field.Names {
						comments[spec.Name.Name+"."+name.Name] = strings.Join(strings.Fields(field.Doc.Text()), " ")
					}
				}
			}
			return true
		})
	}
	return comments
}

// applicationMaker makes schemas of applications as a file has them.
func applicationMaker(t *testing.T) *maker {
	return &maker{
		tag: "json", comments: commentsIn(t, "../../internal/failover"),
		special: map[reflect.Type]*node{
			reflect.TypeFor[failover.DimensionValue](): {AnyOf: []*node{{Type: "string"}, {Type: "object", AdditionalProperties: &node{Type: "string"}}}},
			reflect.TypeFor[failover.MissingData]():    {Type: "string", Enum: []string{string(failover.MissingBreaching), string(failover.MissingNotBreaching)}},
		},
		optional: map[string]bool{"Application.Wave": true},
		leftOut:  map[string]bool{"Application.Live": true, "Endpoint.SwitchCheck": true},
	}
}

const dialect = "http://json-schema.org/draft-07/schema#"

func applicationList(t *testing.T) *node {
	record := applicationMaker(t).of(reflect.TypeFor[[]failover.Application]())
	record.Items.Properties["records"].Items.Properties["type"].Enum = rules.RecordTypes
	return record
}

func TestTheSchemaOfApplicationsIsThatOfTheTypes(t *testing.T) {
	check(t, "applications.schema.json", &node{
		Schema: dialect, Title: "Applications that Drover moves", Type: "object", Required: []string{"applications"}, AdditionalProperties: false,
		Properties: map[string]*node{"applications": applicationList(t)},
	})
}

func TestTheSchemaOfAScenarioIsThatOfTheTypes(t *testing.T) {
	m := &maker{
		tag: "yaml", comments: commentsIn(t, "../scenario"),
		special: map[reflect.Type]*node{
			reflect.TypeFor[scenario.Duration](): {Type: "string", Pattern: `^([0-9.]+(ms|us|ns|s|m|h))+$|^0$`},
			reflect.TypeFor[failover.Outcome](): {Type: "string", Enum: []string{
				string(failover.Completed), string(failover.RolledBack), string(failover.Held), string(failover.Refused), string(scenario.Stopped),
			}},
		},
	}
	root := m.of(reflect.TypeFor[scenario.Scenario]())
	root.Schema, root.Title, root.Required = dialect, "A scenario that Drover rehearses", []string{"name", "title", "description"}
	root.Properties["applications"] = applicationList(t)
	root.Properties["applications"].Description = "The applications, as in an applications file."
	check(t, "scenario.schema.json", root)
}

func check(t *testing.T, file string, want *node) {
	t.Helper()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text.String(), string(got)); diff != "" {
		t.Errorf("%s is not what the types say; type: go test ./statemachine/schema -update (-types +file)\n%s", file, diff)
	}
}
