package awsmodel_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/awsmodel"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// answer is what the simulator answers to a case.
type answer struct {
	status int
	code   string
	text   string
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.code) }

// send performs a case on a simulator of its own.
func send(t *testing.T, s awsmodel.Service, protocol string, c awsmodel.Case) answer {
	t.Helper()
	w := fakeawstest.Furnished(t)
	r := s.Request("http://simulator.example", protocol, c.Operation, c.Input, fakeaws.Administrator, fakeawstest.West)
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r)
	if r.Method == http.MethodHead && recorder.Code != http.StatusOK {
		return readHead(recorder.Code, c.Member)
	}
	return read(recorder.Result().Header, recorder.Code, recorder.Body.String())
}

var (
	xmlCode  = regexp.MustCompile(`<Code>([^<]*)</Code>`)
	xmlError = regexp.MustCompile(`<InvalidChangeBatch`)
	// failedEntry is an entry that PutEvents did not take.
	failedEntry = regexp.MustCompile(`"ErrorCode":"(\w+)"`)
	cborCode    = regexp.MustCompile(`com\.amazonaws\.cloudwatch#(\w+)`)
)

// readHead is the answer to a HEAD request, which has no body: its status says what the code would be.
func readHead(status int, member string) answer {
	codes := map[int]string{http.StatusBadRequest: "InvalidRequest", http.StatusNotFound: "NoSuchKey", http.StatusNotImplemented: "NotImplemented"}
	return answer{status, codes[status], member}
}

// read finds the code of an answer in any of the protocols.
func read(header http.Header, status int, body string) answer {
	a := answer{status: status, text: body}
	var object struct {
		Type string `json:"__type"`
	}
	switch {
	case status < 300:
		if match := failedEntry.FindStringSubmatch(body); match != nil {
			a.code = match[1]
		}
	case header.Get("X-Amzn-Query-Error") != "":
		a.code, _, _ = strings.Cut(header.Get("X-Amzn-Query-Error"), ";")
	case header.Get("X-Amzn-Errortype") != "":
		a.code = awsmodel.ShortCode(header.Get("X-Amzn-Errortype"))
	case json.Unmarshal([]byte(body), &object) == nil && object.Type != "":
		a.code = awsmodel.ShortCode(object.Type)
	case xmlCode.MatchString(body):
		a.code = xmlCode.FindStringSubmatch(body)[1]
	case xmlError.MatchString(body):
		a.code = "InvalidChangeBatch"
	case cborCode.MatchString(body):
		a.code = cborCode.FindStringSubmatch(body)[1]
	}
	return a
}

// refusals are the codes with which AWS refuses what its model does not allow: those of the service's page of common errors,
// and those that the model lists for the operation.
var refusals = map[string][]string{
	"dynamodb":                 {"ValidationException"},
	"events":                   {"ValidationException", "InvalidArgument"},
	"lambda":                   {"ValidationException", "InvalidParameterValueException", "InvalidRequestContentException", "RequestTooLargeException"},
	"monitoring":               {"ValidationError", "InvalidParameterValue", "InvalidParameterCombination", "MissingParameter", "InvalidNextToken"},
	"rds":                      {"ValidationError", "InvalidParameterValue", "InvalidParameterCombination", "MissingParameter"},
	"route53":                  {"InvalidInput", "InvalidChangeBatch", "InvalidDomainName", "InvalidPaginationToken"},
	"route53-recovery-cluster": {"ValidationException"},
	"s3":                       {"InvalidArgument", "InvalidBucketName", "KeyTooLongError", "InvalidRequest", "InvalidDigest"},
	"sns":                      {"InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid", "ValidationError"},
	"sqs":                      {"InvalidParameterValue", "MissingParameter", "ValidationError", "InvalidAttributeName", "InvalidAddress"},
	"states":                   {"ValidationException", "InvalidArn", "InvalidName", "InvalidExecutionInput", "InvalidToken", "InvalidOutput"},
}

// wrongTypes are the codes for values of a wrong type, which AWS refuses before a service sees them.
var wrongTypes = []string{"SerializationException", "MalformedInput", "InvalidInput", "MalformedXML"}

// states are codes about what is there, beside those that the model lists.
var states = []string{"NoSuchBucket", "NoSuchKey", "ResourceNotFoundException", "NotFound", "ConditionalCheckFailedException"}

// asTheModelSays says whether an answer is what AWS's model has for a case.
func asTheModelSays(s awsmodel.Service, c awsmodel.Case, a answer) bool {
	refused := slices.Contains(refusals[s.Service], a.code)
	switch {
	case a.refusedByName(c.Member):
		return true
	case c.Breaks == awsmodel.Unknown:
		return false
	case c.Breaks == awsmodel.Type:
		return refused || slices.Contains(wrongTypes, a.code)
	case c.Breaks != "":
		return refused
	case a.status < 300 && a.code == "":
		return true
	case isToken(c.Member) && strings.Contains(a.code, "Token"):
		return true
	}
	return !refused && (slices.Contains(s.ErrorCodes(c.Operation), a.code) || slices.Contains(states, a.code))
}

// isToken says whether a member is a place in a list that an earlier answer gave, which no generated text is.
func isToken(member string) bool { return strings.Contains(strings.ToLower(member), "token") }

// refusedByName says whether the simulator refuses a member that it does not have, or one that it is in, by its name.
func (a answer) refusedByName(member string) bool {
	if a.code != "NotImplemented" || member == "" {
		return false
	}
	text := strings.ToLower(strings.ReplaceAll(a.text, "-", "")) // a header has the member's name with hyphens
	return slices.ContainsFunc(strings.Split(member, "."), func(name string) bool {
		return strings.Contains(text, strings.ToLower(strings.Trim(name, "[]")))
	})
}

// protocolsOf are the protocols in which a service is asked.
func protocolsOf(s awsmodel.Service) []string {
	if s.Protocol == awsmodel.ProtocolCBOR {
		return []string{awsmodel.ProtocolCBOR, awsmodel.ProtocolJSON, awsmodel.ProtocolQuery}
	}
	return []string{s.Protocol}
}

// generator makes the inputs of a service.
func generator(s awsmodel.Service) *awsmodel.Generator {
	return &awsmodel.Generator{Service: s, Values: values[s.Service], Members: wanted[s.Service], Beside: beside[s.Service]}
}

// figures are the figures of one operation in one protocol.
type figures struct {
	service, protocol, operation string
	cases, differences           int
}

// differences sends every case to the simulator, and returns what is answered otherwise than the model says, by protocol and
// case, and the figures of the operations that the simulator has.
func differences(t *testing.T) (found map[string]string, all []figures) {
	found = map[string]string{}
	for _, s := range awsmodel.Services() {
		g := generator(s)
		for _, protocol := range protocolsOf(s) {
			for _, operation := range s.Names() {
				f := figures{service: s.Service, protocol: protocol, operation: operation}
				f.run(t, s, g, found)
				if f.cases > 0 {
					all = append(all, f)
				}
			}
		}
	}
	return found, all
}

// run sends the cases of one operation. What is inside a member that the simulator refuses by name is not sent.
func (f *figures) run(t *testing.T, s awsmodel.Service, g *awsmodel.Generator, found map[string]string) {
	refused := map[string]bool{}
	for _, c := range g.Cases(f.operation) {
		if inside(refused, c.Member) {
			continue
		}
		a := send(t, s, f.protocol, c)
		if f.cases == 0 && a.code == "NotImplemented" {
			return // the simulator does not have the operation
		}
		if c.Breaks == "" && a.code == "NotImplemented" {
			refused[c.Member] = true
		}
		f.cases++
		if !asTheModelSays(s, c, a) {
			f.differences++
			found[f.protocol+" "+c.ID()] = a.String()
		}
		if c.Breaks == "" && a.status < 300 {
			for _, problem := range s.CheckAnswer(f.protocol, f.operation, []byte(a.text)) {
				found[f.protocol+" "+s.Service+" "+f.operation+": in the answer, "+problem] = a.String()
			}
		}
	}
}

// inside says whether a member is one of these, or in one of them.
func inside(refused map[string]bool, member string) bool {
	for name := range refused {
		if member != name && strings.HasPrefix(member, name) && strings.ContainsAny(member[len(name):][:1], ".[") {
			return true
		}
	}
	return false
}

var update = flag.Bool("update", false, "rewrite the baseline")

const baselineFile = "testdata/baseline.txt"

// unexplained is the reason of a difference that is new.
const unexplained = "not explained"

// TestTheSimulatorAnswersAsTheModelsSay compares with the baseline, which lists each difference with its reason and fails
// when there is one more.
func TestTheSimulatorAnswersAsTheModelsSay(t *testing.T) {
	found, all := differences(t)
	known := readBaseline(t)
	cases := 0
	for _, f := range all {
		cases += f.cases
	}
	t.Logf("%d cases of %d operations; %d are not as the model says", cases, len(all), len(found))
	if *update {
		writeBaseline(t, found, known)
		return
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		switch reason := known[id]; reason {
		case "":
			t.Errorf("%s: %s is not what AWS's model says; mend it, or type: go test ./statemachine/fakeaws/awsmodel -update, and give a reason in %s", id, found[id], baselineFile)
		case unexplained:
			t.Errorf("%s has no reason in %s", id, baselineFile)
		}
		delete(known, id)
	}
	if len(known) > 0 {
		t.Errorf("%d differences of %s are mended, such as %s; type: go test ./statemachine/fakeaws/awsmodel -update", len(known), baselineFile, slices.Sorted(maps.Keys(known))[0])
	}
}

// readBaseline reads the differences with their reasons: a line that begins with # is the reason of those that follow.
func readBaseline(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(baselineFile)
	if err != nil {
		t.Fatal(err)
	}
	known, reason := map[string]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if after, ok := strings.CutPrefix(line, "# "); ok {
			reason = after
			continue
		}
		if id, _, ok := strings.Cut(line, " -> "); ok {
			known[id] = reason
		}
	}
	return known
}

func writeBaseline(t *testing.T, found, known map[string]string) {
	t.Helper()
	byReason := map[string][]string{}
	for id, answer := range found {
		reason := cmp.Or(known[id], unexplained)
		byReason[reason] = append(byReason[reason], id+" -> "+answer)
	}
	var b strings.Builder
	for _, reason := range slices.Sorted(maps.Keys(byReason)) {
		fmt.Fprintf(&b, "# %s\n", reason)
		for _, line := range slices.Sorted(slices.Values(byReason[reason])) {
			fmt.Fprintln(&b, line)
		}
		fmt.Fprintln(&b)
	}
	if err := os.WriteFile(baselineFile, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
