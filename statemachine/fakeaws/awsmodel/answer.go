package awsmodel

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/smithy-go/encoding/cbor"
)

// CheckAnswer says what in the body of an answer is not as the model has it: members that it does not have, required ones that
// are missing, and values of another type, length or enumeration. What a header carries, and a payload that is not XML or JSON,
// is not checked.
func (s Service) CheckAnswer(protocol, operation string, body []byte) []string {
	shape := s.Resolve(s.Operations[operation].Output)
	if shape.Shape == "" || shape.Payload != "" || len(body) == 0 {
		return nil
	}
	c := answerChecker{s: s}
	switch protocol {
	case ProtocolJSON, ProtocolRestJSON:
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			return []string{err.Error()}
		}
		c.value("", shape, v)
	case ProtocolCBOR:
		v, err := cbor.Decode(body)
		if err != nil {
			return []string{err.Error()}
		}
		c.value("", shape, fromCBOR(v))
	default:
		var root xmlNode
		if err := xml.Unmarshal(body, &root); err != nil {
			return []string{err.Error()}
		}
		if wrapper := s.Operations[operation].Output.ResultWrapper; wrapper != "" {
			root = root.child(wrapper)
		}
		c.value("", shape, c.fromXML(shape, root))
	}
	return c.problems
}

// xmlNode is an element.
type xmlNode struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Children []xmlNode `xml:",any"`
}

func (n xmlNode) child(name string) xmlNode {
	for _, c := range n.Children {
		if c.XMLName.Local == name {
			return c
		}
	}
	return xmlNode{}
}

// unknownElement marks an element that the model does not have.
const unknownElement = "?"

// fromXML turns an element into the value that JSON would have, by its shape.
func (c *answerChecker) fromXML(shape Shape, n xmlNode) any {
	switch shape.Type {
	case "structure":
		out := map[string]any{}
		for name, ref := range shape.Members {
			c.memberFromXML(out, name, c.s.Resolve(ref), n)
		}
		for _, child := range n.Children {
			if !c.hasElement(shape, child.XMLName.Local) {
				out[child.XMLName.Local+unknownElement] = ""
			}
		}
		return out
	case "list":
		out := []any{}
		for _, child := range n.Children {
			out = append(out, c.fromXML(c.s.Resolve(*shape.Member), child))
			if want := orName(shape.Member.LocationName, "member"); child.XMLName.Local != want {
				c.add(n.XMLName.Local, "has the element %s; expected %s", child.XMLName.Local, want)
			}
		}
		return out
	}
	return scalarOf(shape, n.Text)
}

// memberFromXML adds a member, if its element is there: a flattened list has one element for each of its own.
func (c *answerChecker) memberFromXML(out map[string]any, name string, member Shape, n xmlNode) {
	element, list := orName(member.LocationName, name), []any{}
	for _, child := range n.Children {
		switch {
		case child.XMLName.Local != element:
		case member.Type == "list" && member.Flattened:
			list = append(list, c.fromXML(c.s.Resolve(*member.Member), child))
			out[name] = list
		default:
			out[name] = c.fromXML(member, child)
		}
	}
}

func (c *answerChecker) hasElement(shape Shape, element string) bool {
	for name, member := range shape.Members {
		if orName(member.LocationName, name) == element {
			return true
		}
	}
	return false
}

// scalarOf is the text of an element as its shape has it; a text that does not fit stays one.
func scalarOf(shape Shape, text string) any {
	switch shape.Type {
	case "integer", "long", "float", "double":
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return f
		}
	case "boolean":
		if text == "true" || text == "false" {
			return text == "true"
		}
	case "timestamp":
		if _, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return 1.0
		}
	}
	return text
}

func fromCBOR(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Map:
		out := map[string]any{}
		for name, value := range v {
			out[name] = fromCBOR(value)
		}
		return out
	case cbor.List:
		out := []any{}
		for _, value := range v {
			out = append(out, fromCBOR(value))
		}
		return out
	case cbor.String:
		return string(v)
	case cbor.Bool:
		return bool(v)
	case cbor.Slice:
		return base64.StdEncoding.EncodeToString(v)
	case *cbor.Tag:
		return fromCBOR(v.Value)
	}
	f, _ := cbor.AsFloat64(v)
	return f
}

type answerChecker struct {
	s        Service
	problems []string
}

func (c *answerChecker) add(path, format string, args ...any) {
	c.problems = append(c.problems, orName(path, "the answer")+" "+fmt.Sprintf(format, args...))
}

// value checks a value against its shape.
func (c *answerChecker) value(path string, shape Shape, v any) {
	if problem := mistyped(shape, v); problem != "" {
		c.add(path, "%s", problem)
		return
	}
	switch v := v.(type) {
	case map[string]any:
		if shape.Type == "map" {
			for _, key := range slices.Sorted(maps.Keys(v)) {
				c.value(path+"."+key, c.s.Resolve(*shape.Value), v[key])
			}
			return
		}
		c.structure(path, shape, v)
	case []any:
		c.length(path, shape, len(v))
		for _, one := range v {
			c.value(path+"[]", c.s.Resolve(*shape.Member), one)
		}
	case string:
		c.text(path, shape, v)
	}
}

func (c *answerChecker) structure(path string, shape Shape, v map[string]any) {
	for _, name := range shape.Required {
		if _, ok := v[orName(shape.Members[name].LocationName, name)]; !ok && v[name] == nil && shape.Members[name].Location == "" && !slices.Contains(optional[shape.Shape], name) {
			c.add(path, "lacks %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		member, known := shape.Members[name]
		for other, ref := range shape.Members {
			if ref.LocationName == name {
				member, known = shape.Members[other], true
			}
		}
		switch {
		case !known:
			c.add(path, "has %s, which the model does not have", strings.TrimSuffix(name, unknownElement))
		case v[name] == nil:
			c.add(join(path, name), "is null")
		default:
			c.value(join(path, name), c.s.Resolve(member), v[name])
		}
	}
}

// documented are values that AWS documents, and that its enumerations lack, by shape.
var documented = map[string][]string{
	"FailoverStatus": {"switching-over"}, // RDS API Reference, "FailoverState": Status
}

// optional are members that the model requires and that AWS leaves out, by shape.
var optional = map[string][]string{
	"CreateHostedZoneResponse": {"DelegationSet"}, // a private zone has none ("GetHostedZone")
}

// typePrefix is in front of the ids that Route 53 answers, beyond the length that its model has.
const typePrefix = "/hostedzone/"

// text checks a string where the model has limits for it.
func (c *answerChecker) text(path string, shape Shape, text string) {
	if shape.Type != "string" {
		return
	}
	c.length(path, shape, utf8.RuneCountInString(strings.TrimPrefix(text, typePrefix)))
	if len(shape.Enum) > 0 && !slices.Contains(shape.Enum, text) && !slices.Contains(documented[shape.Shape], text) {
		c.add(path, "is %q; expected one of %v", text, shape.Enum)
	}
	if !matches(shape, text) {
		c.add(path, "is %q, which does not match %s", text, shape.Pattern)
	}
}

func (c *answerChecker) length(path string, shape Shape, n int) {
	if shape.Min != nil && float64(n) < *shape.Min || shape.Max != nil && float64(n) > *shape.Max {
		c.add(path, "has the length %d, which is beyond the model's limits", n)
	}
}

var base64Text = regexp.MustCompile(`^[A-Za-z0-9+/]*=*$`)

// mistyped says what a value of another type than its shape's is.
func mistyped(shape Shape, v any) string {
	ok := true
	switch shape.Type {
	case "structure", "map":
		_, ok = v.(map[string]any)
	case "list":
		_, ok = v.([]any)
	case "string":
		_, ok = v.(string)
	case "integer", "long", "float", "double":
		_, ok = v.(float64)
	case "boolean":
		_, ok = v.(bool)
	case "timestamp":
		_, ok = v.(float64)
		if text, isText := v.(string); isText {
			_, bad := time.Parse(http.TimeFormat, text)
			ok = shape.TimestampFormat == "rfc822" && bad == nil
		}
	case "blob":
		text, isText := v.(string)
		ok = isText && base64Text.MatchString(text)
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("is %v; expected a %s", v, shape.Type)
}
