package wire

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The vectors of testdata/vectors are botocore's conversion of the test suite of the Smithy protocols, see SOURCE there. They
// are written for clients; here they drive the codecs of the services: requests are decoded, answers and errors encoded.

// vectorSuite is a list of cases that share their shapes.
type vectorSuite struct {
	Metadata struct {
		APIVersion, JSONVersion, Protocol, TargetPrefix string
		AWSQueryCompatible                              *struct{} `json:"awsQueryCompatible"`
	}
	Shapes map[string]vectorShape
	Cases  []vector
}

// vectorShape is a shape as AWS's models have it, or a reference to one.
type vectorShape struct {
	Shape, Type, Location, LocationName, Payload, TimestampFormat string
	Members                                                       map[string]vectorShape
	Member, Key, Value                                            *vectorShape
	Flattened, Document, XMLAttribute, Union                      bool
	XMLNamespace                                                  any
	Error                                                         *struct{ HTTPStatusCode int }
}

// vector is one case.
type vector struct {
	ID    string
	Given struct {
		Name          string
		Input, Output vectorShape
		Errors        []vectorShape
	}
	// Params and Serialized are those of a request.
	Params     map[string]any
	Serialized struct {
		Method, URI, Body string
		Headers           map[string]string
	}
	// Result, Error and Response are those of an answer.
	Result                  map[string]any
	Error                   map[string]any
	ErrorCode, ErrorMessage string
	Response                struct {
		StatusCode int `json:"status_code"`
		Headers    map[string]string
		Body       string
	}
}

// suites reads the suites of a file.
func suites(t *testing.T, side, protocol string) []vectorSuite {
	t.Helper()
	var all []vectorSuite
	readVectors(t, filepath.Join(side, protocol+".json"), &all)
	return all
}

func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// tally counts the cases of one run of a file, and compares with what is listed.
type tally struct {
	t                       *testing.T
	name                    string
	passed, skipped, failed int
	// reasons are how many cases do not apply, by the reason.
	reasons map[string]int
}

// skip counts a case that does not apply.
func (c *tally) skip(reason string) {
	if c.reasons == nil {
		c.reasons = map[string]int{}
	}
	c.skipped, c.reasons[reason] = c.skipped+1, c.reasons[reason]+1
}

// add counts one case: skipped when it is not applicable, failed when problem is not empty.
func (c *tally) add(id, problem string) {
	key := c.name + " " + id
	reason, listed := failing[key]
	switch {
	case notApplicable[key] != "":
		c.skip(notApplicable[key])
	case problem == "" && listed:
		c.t.Errorf("%s passes: remove it from the list of failing vectors", key)
	case problem == "":
		c.passed++
	case listed:
		c.failed++
		c.t.Logf("%s fails, as listed: %s", key, reason)
	default:
		c.failed++
		c.t.Errorf("%s: %s", key, problem)
	}
}

func (c *tally) close() {
	c.t.Logf("%s: %d passed, %d failed, %d not applicable", c.name, c.passed, c.failed, c.skipped)
	for _, reason := range slices.Sorted(maps.Keys(c.reasons)) {
		c.t.Logf("%s: %d do not apply: %s", c.name, c.reasons[reason], reason)
	}
	want := vectorCounts[c.name]
	if c.passed != want.passed || c.skipped != want.skipped {
		c.t.Errorf("%s: %d passed and %d not applicable; expected %d and %d", c.name, c.passed, c.skipped, want.passed, want.skipped)
	}
}

// decoded is a vector of CBOR.
type decoded struct {
	Description, Input string
	Expect             map[string]any
}

func TestVectorsOfCBOR(t *testing.T) {
	var good, bad []decoded
	readVectors(t, "cbor-decode-success-tests.json", &good)
	readVectors(t, "cbor-decode-error-tests.json", &bad)
	c := tally{t: t, name: "cbor"}
	for _, v := range good {
		fields, err := decodeCBOR(wrapped(t, v.Input))
		want := expected(t, v.Expect)
		switch got := canonical(fields["v"]); {
		case err != nil:
			c.add(v.Description, err.Error())
		case got != want:
			c.add(v.Description, fmt.Sprintf("decoded as %s; expected %s", got, want))
		default:
			c.add(v.Description, "")
		}
	}
	for _, v := range bad {
		if _, err := decodeCBOR(wrapped(t, v.Input)); err == nil {
			c.add(v.Description, "decoded; expected an error")
		} else {
			c.add(v.Description, "")
		}
	}
	c.close()
}

// wrapped is a body with one member, v, whose value is given in hexadecimal.
func wrapped(t *testing.T, hexadecimal string) []byte {
	t.Helper()
	value, err := hex.DecodeString(hexadecimal)
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte{0xa1, 0x61, 'v'}, value...)
}

// expected is what a vector of CBOR expects, as canonical writes it.
func expected(t *testing.T, v any) string {
	t.Helper()
	for kind, value := range v.(map[string]any) {
		switch kind {
		case "uint", "negint", "bool":
			return fmt.Sprint(value)
		case "string":
			return strconv.Quote(value.(string))
		case "null", "undefined":
			return "null"
		case "float32", "float64":
			bits, err := strconv.ParseUint(value.(json.Number).String(), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			if kind == "float32" {
				return number(float64(math.Float32frombits(uint32(bits))))
			}
			return number(math.Float64frombits(bits))
		case "bytestring":
			var b []byte
			for _, one := range value.([]any) {
				n, _ := one.(json.Number).Int64()
				b = append(b, byte(n))
			}
			return fmt.Sprintf("bytes(%x)", b)
		case "tag":
			tag := value.(map[string]any)
			return fmt.Sprintf("tag(%v %s)", tag["id"], expected(t, tag["value"]))
		case "list":
			var parts []string
			for _, one := range value.([]any) {
				parts = append(parts, expected(t, one))
			}
			return "[" + strings.Join(parts, ", ") + "]"
		case "map":
			var parts []string
			for name, one := range value.(map[string]any) {
				parts = append(parts, name+": "+expected(t, one))
			}
			slices.Sort(parts)
			return "{" + strings.Join(parts, ", ") + "}"
		}
		t.Fatalf("a vector expects a %s", kind)
	}
	return ""
}
