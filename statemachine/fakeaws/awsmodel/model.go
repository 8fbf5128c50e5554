// Package awsmodel holds AWS's service models, reduced to the operations that the AWS simulator has, and makes requests from
// them: valid ones, and for each constraint of the model one that breaks it. Tests send those requests to the simulator.
package awsmodel

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

//go:embed models/*.json
var files embed.FS

// The protocols, as the models name them.
const (
	ProtocolQuery    = "query"
	ProtocolJSON     = "json"
	ProtocolRestJSON = "rest-json"
	ProtocolRestXML  = "rest-xml"
	ProtocolCBOR     = "smithy-rpc-v2-cbor"
)

// Service is the model of one service.
type Service struct {
	// Service is the name in the credential scope of a signature.
	Service     string
	Folder      string
	Version     string
	Protocol    string
	Target      string
	JSONVersion string
	Namespace   string
	APIVersion  string
	Operations  map[string]Operation
	// Others are the operations that the simulator does not have: method and path.
	Others map[string][2]string
	Shapes map[string]Shape
}

// Operation is one operation of a service.
type Operation struct {
	Method, URI   string
	Input, Output Shape
	Errors        []string
}

// Shape is a shape, or a reference to one, which has its name in Shape and may rename or place it.
type Shape struct {
	Shape         string
	Type          string
	Members       map[string]Shape
	Required      []string
	Member        *Shape
	Key, Value    *Shape
	Min, Max      *float64
	Pattern       string
	Enum          []string
	Location      string
	LocationName  string
	QueryName     string
	Flattened     bool
	Payload       string
	ResultWrapper string
	// XMLNamespace is a text, or an object with the member uri.
	XMLNamespace    any
	XMLAttribute    bool
	TimestampFormat string
	Error           struct {
		Code           string
		HTTPStatusCode int
	}
}

// Services are the models of all services, by the name of the service.
func Services() []Service {
	names, err := fs.Glob(files, "models/*.json")
	if err != nil {
		panic("list the service models: " + err.Error()) // the pattern is constant
	}
	var all []Service
	for _, name := range names {
		all = append(all, load(path.Base(name)))
	}
	return all
}

// Find is the model of one service.
func Find(service string) Service { return load(service + ".json") }

func load(name string) Service {
	text, err := files.ReadFile("models/" + name)
	if err != nil {
		panic("read a service model: " + err.Error()) // the files are part of the program
	}
	var s Service
	if err := json.Unmarshal(text, &s); err != nil {
		panic(fmt.Sprintf("decode the service model %s: %v", name, err)) // so is their content
	}
	return s
}

// Names are the names of the operations, sorted.
func (s Service) Names() []string { return slices.Sorted(maps.Keys(s.Operations)) }

// Resolve is the shape that a reference names, with what the reference says of it.
func (s Service) Resolve(ref Shape) Shape {
	shape, ok := s.Shapes[ref.Shape]
	if !ok {
		return ref
	}
	shape.Shape = ref.Shape
	shape.Location, shape.LocationName = ref.Location, ref.LocationName
	shape.QueryName = ref.QueryName
	shape.Flattened = shape.Flattened || ref.Flattened
	shape.XMLAttribute = ref.XMLAttribute
	if ref.TimestampFormat != "" {
		shape.TimestampFormat = ref.TimestampFormat
	}
	if ref.XMLNamespace != nil {
		shape.XMLNamespace = ref.XMLNamespace
	}
	return shape
}

// ErrorCodes are the codes of the errors that the model lists for an operation.
func (s Service) ErrorCodes(operation string) []string {
	var codes []string
	for _, name := range s.Operations[operation].Errors {
		codes = append(codes, name)
		if code := s.Shapes[name].Error.Code; code != "" {
			codes = append(codes, code)
		}
	}
	return codes
}

// ShortCode is an error's code without what protocols put around it: a namespace before #, an address after a colon.
func ShortCode(code string) string {
	code, _, _ = strings.Cut(code, ":")
	return code[strings.LastIndex(code, "#")+1:]
}
