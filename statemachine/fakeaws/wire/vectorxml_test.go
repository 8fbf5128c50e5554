package wire

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Route 53 and S3 read and write XML with encoding/xml and structs of their own. The vectors of REST with XML drive that
// through structs that are made of the vectors' shapes.

// Why a vector of REST with XML does not apply.
const (
	bound     = "labels, headers, the query and the payload are read by the code of each operation in route53 and s3"
	mapped    = "no answer or request in XML that is a struct here has a map"
	recursive = "no struct here has itself among its members"
)

// unsuited says why structs cannot have a shape; empty when they can.
func (s *shapes) unsuited(ref vectorShape, above ...string) string {
	shape := s.resolve(ref)
	for _, name := range above {
		if name == shape.Shape && shape.Type == "structure" {
			return recursive
		}
	}
	above = append(above, shape.Shape)
	switch {
	case shape.Payload != "" || ref.Location != "":
		return bound
	case shape.Type == "map":
		return mapped
	case shape.Type == "list":
		return s.unsuited(*shape.Member, above...)
	}
	for _, member := range shape.Members {
		if reason := s.unsuited(member, above...); reason != "" {
			return reason
		}
	}
	return ""
}

// structOf is the type of a shape, with the tags that route53 and s3 give to theirs.
func (s *shapes) structOf(ref vectorShape) reflect.Type {
	shape := s.resolve(ref)
	switch shape.Type {
	case "structure":
		var fields []reflect.StructField
		for name, member := range shape.Members {
			fields = append(fields, s.fieldOf(name, member))
		}
		return reflect.PointerTo(reflect.StructOf(fields))
	case "list": // a list in a list
		field := s.fieldOf("Items", vectorShape{Type: "list", Member: shape.Member, Flattened: true, LocationName: orElse(shape.Member.LocationName, "member")})
		return reflect.PointerTo(reflect.StructOf([]reflect.StructField{field}))
	case "integer", "long":
		return reflect.TypeFor[*int64]()
	case "float", "double":
		return reflect.TypeFor[*number64]()
	case "boolean":
		return reflect.TypeFor[*bool]()
	}
	return reflect.TypeFor[*string]()
}

// number64 is a number as XML has it.
type number64 float64

// MarshalText writes the numbers for which there are no digits as AWS does.
func (n number64) MarshalText() ([]byte, error) {
	if text, is := notFinite(float64(n)); is {
		return []byte(text), nil
	}
	return strconv.AppendFloat(nil, float64(n), 'f', -1, 64), nil
}

// UnmarshalText reads them.
func (n *number64) UnmarshalText(text []byte) error {
	f, err := strconv.ParseFloat(string(text), 64)
	*n = number64(f)
	return err
}

func (s *shapes) fieldOf(name string, ref vectorShape) reflect.StructField {
	shape := s.resolve(ref)
	field := reflect.StructField{Name: strings.ToUpper(name[:1]) + name[1:]}
	tag := orElse(ref.LocationName, name)
	tag = tag[strings.Index(tag, ":")+1:]
	switch {
	case shape.Type == "list" && shape.Flattened:
		field.Type = reflect.SliceOf(s.structOf(*shape.Member))
	case shape.Type == "list":
		field.Type = s.structOf(ref)
	case ref.XMLAttribute:
		field.Type, tag = s.structOf(ref), tag+",attr"
	default:
		field.Type = s.structOf(ref)
	}
	field.Tag = reflect.StructTag(fmt.Sprintf(`xml:"%s"`, tag+optional(tag)))
	return field
}

func optional(tag string) string {
	if strings.HasSuffix(tag, ",attr") {
		return ",omitempty"
	}
	return ""
}

// set puts a value of a vector into a value of its type.
func (s *shapes) set(into reflect.Value, ref vectorShape, v any) {
	shape := s.resolve(ref)
	if v == nil {
		return
	}
	if into.Kind() == reflect.Slice { // a flattened list
		for _, one := range v.([]any) {
			element := reflect.New(into.Type().Elem()).Elem()
			s.set(element, *shape.Member, one)
			into.Set(reflect.Append(into, element))
		}
		return
	}
	into.Set(reflect.New(into.Type().Elem()))
	target := into.Elem()
	switch v := v.(type) {
	case map[string]any:
		for name, one := range v {
			s.set(target.FieldByName(strings.ToUpper(name[:1])+name[1:]), shape.Members[name], one)
		}
	case []any:
		s.set(target.FieldByName("Items"), vectorShape{Type: "list", Member: shape.Member, Flattened: true}, v)
	case bool:
		target.SetBool(v)
	default:
		setScalar(target, shape, v)
	}
}

func setScalar(target reflect.Value, shape vectorShape, v any) {
	text := fmt.Sprint(v)
	switch target.Kind() {
	case reflect.Int64:
		n, _ := v.(json.Number).Int64()
		target.SetInt(n)
		return
	case reflect.Float64:
		f, _ := strconv.ParseFloat(text, 64)
		target.SetFloat(f)
		return
	}
	switch n, isNumber := v.(json.Number); {
	case shape.Type == "blob":
		text = base64.StdEncoding.EncodeToString([]byte(text))
	case shape.Type == "timestamp" && isNumber && shape.TimestampFormat != "unixTimestamp":
		f, _ := n.Float64()
		t := time.UnixMicro(int64(f * 1e6)).Round(time.Millisecond).UTC()
		if text = t.Format(time.RFC3339Nano); shape.TimestampFormat == "rfc822" {
			text = t.Format(http.TimeFormat)
		}
	}
	target.SetString(text)
}

func TestVectorsOfXML(t *testing.T) {
	for _, side := range []string{"input", "output"} {
		c := tally{t: t, name: side + " rest-xml"}
		for _, s := range suites(t, side, "rest-xml") {
			for _, v := range s.Cases {
				ref, params, body := v.Given.Input, v.Params, v.Serialized.Body
				if side == "output" {
					ref, params, body = v.Given.Output, v.Result, v.Response.Body
				}
				sh := s.shapes()
				switch reason := sh.unsuited(ref); {
				case v.ErrorCode != "":
					c.add(v.ID, failsInXML(v))
				case reason != "":
					c.skip(reason)
				case body == "":
					c.skip(noBody)
				default:
					c.add(v.ID, sh.throughXML(ref, params, body))
				}
			}
		}
		c.close()
	}
}

// TestVectorsOfQueryStructs writes the answers of the Query protocol from structs, as RDS, SNS and STS do.
func TestVectorsOfQueryStructs(t *testing.T) {
	c := tally{t: t, name: "structs query"}
	for _, s := range suites(t, "output", "query") {
		for _, v := range s.Cases {
			sh := s.shapes()
			switch reason := sh.unsuited(v.Given.Output); {
			case v.ErrorCode != "":
				c.skip("errors are those of output query")
			case reason != "":
				c.skip(reason)
			case v.Response.Body == "":
				c.skip(noBody)
			default:
				made := reflect.New(sh.structOf(v.Given.Output)).Elem()
				sh.set(made, v.Given.Output, v.Result)
				c.add(v.ID, s.compare(t, v, QueryResponse(s.requestOf(v), "https://example.com/", made.Interface())))
			}
		}
	}
	c.close()
}

// throughXML writes the parameters, and reads the body and writes that, and says how either differs from the body.
func (s *shapes) throughXML(ref vectorShape, params map[string]any, body string) (problem string) {
	want, err := parseXML(body)
	if err != nil {
		return err.Error()
	}
	root, _, _ := strings.Cut(strings.TrimPrefix(want, "{"), "{")
	root, _, _ = strings.Cut(root, "=")
	write := func(v reflect.Value) string {
		got, err := parseXML(string(XML(&Request{ID: "id"}, http.StatusOK, "https://example.com/", root, v.Interface()).Body))
		if err != nil {
			return err.Error()
		}
		return got
	}
	made := reflect.New(s.structOf(ref)).Elem()
	s.set(made, ref, params)
	if got := write(made); got != want {
		return fmt.Sprintf("encoded as %s; expected %s", got, want)
	}
	read := reflect.New(s.structOf(ref).Elem())
	if err := xml.Unmarshal([]byte(body), read.Interface()); err != nil {
		return err.Error()
	}
	if got := write(read); got != want {
		return fmt.Sprintf("decoded and encoded again as %s; expected %s", got, want)
	}
	return ""
}

// failsInXML encodes the error of a vector as Route 53 does.
func failsInXML(v vector) (problem string) {
	req := &Request{HTTP: httptest.NewRequest(http.MethodPost, "/", nil), ID: "id"}
	resp := QueryError(req, "https://example.com/", &Error{Code: v.ErrorCode, Status: v.Response.StatusCode, Message: v.ErrorMessage})
	want := fmt.Sprintf("<Code>%s</Code><Message>%s</Message>", v.ErrorCode, v.ErrorMessage)
	if resp.Status != v.Response.StatusCode || !strings.Contains(string(resp.Body), want) {
		return fmt.Sprintf("encoded as %d %s; expected %d and %s", resp.Status, resp.Body, v.Response.StatusCode, want)
	}
	return ""
}
