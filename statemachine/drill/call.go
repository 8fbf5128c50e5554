package drill

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// addCallers gives every caller a role with an inline policy, as an operator's own would be.
func (r *rehearsal) addCallers(callers []scenario.Caller) error {
	r.callers = map[string]string{}
	for _, c := range callers {
		var resources []string
		for _, may := range c.May {
			method, path, _ := strings.Cut(may, " ")
			resources = append(resources, r.partition()+":execute-api:*:"+r.assembly.Account+":*/$default/"+method+path)
		}
		var policies []json.RawMessage
		if len(resources) > 0 {
			policy, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
				"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resources,
			}}})
			if err != nil {
				return fmt.Errorf("caller %s: %w", c.Name, err)
			}
			policies = append(policies, policy)
		}
		key, err := r.world.AddRole(r.partition()+":iam::"+r.assembly.Account+":role/"+c.Name, policies)
		if err != nil {
			return err
		}
		r.callers[c.Name] = key
	}
	return nil
}

// call makes a request to the API and compares the answer with the expected one.
func (p *performance) call(ctx context.Context, c scenario.Call) error {
	status, answer, err := p.request(ctx, c)
	if err != nil {
		return fmt.Errorf("call %s %s: %w", c.Method, c.Path, err)
	}
	tone := transcript.Good
	if status >= http.StatusBadRequest {
		tone = transcript.Bad
	}
	who := cmp.Or(c.As, "unsigned")
	p.say("api", tone, "%s: %s %s in %s: %d %s", who, c.Method, c.Path, c.Region, status, http.StatusText(status))
	p.say("", transcript.Plain, "%s", answerFacts(answer))
	if status != c.Status {
		p.unexpected = append(p.unexpected, fmt.Sprintf("%s %s as %s: expected %d, got %d: %.600s", c.Method, c.Path, who, c.Status, status, answer))
	}
	for _, text := range c.Says {
		if !strings.Contains(compact(answer), text) {
			p.unexpected = append(p.unexpected, fmt.Sprintf("%s %s as %s: expected the text %q; got %.600s", c.Method, c.Path, who, text, answer))
		}
	}
	return nil
}

func (p *performance) request(ctx context.Context, c scenario.Call) (status int, answer []byte, err error) {
	url, err := p.apiURL(c.Region)
	if err != nil {
		return 0, nil, err
	}
	var body []byte
	if c.Body != nil {
		if body, err = scenario.JSON(c.Body); err != nil {
			return 0, nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, c.Method, url+c.Path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	for name, value := range c.Header {
		request.Header.Set(name, value)
	}
	if c.As != "" {
		sum := sha256.Sum256(body)
		key := aws.Credentials{AccessKeyID: p.callers[c.As], SecretAccessKey: SecretKey}
		if err := v4.NewSigner().SignHTTP(ctx, key, request, hex.EncodeToString(sum[:]), "execute-api", c.Region, p.world.Now()); err != nil {
			return 0, nil, fmt.Errorf("sign: %w", err)
		}
	}
	client := http.Client{Timeout: time.Minute, Transport: p.Transport}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// apiURL is the address of a Region's API in the simulator.
func (r *rehearsal) apiURL(region string) (string, error) {
	for _, api := range r.assembly.APIs {
		if api.Region == region {
			return r.URL + "/" + api.ID, nil
		}
	}
	return "", fmt.Errorf("the assembly has no HTTP API in %s", region)
}

// answerFacts is a response of the API in one line.
func answerFacts(text []byte) string {
	var answer struct {
		Message, Title, Detail, ID, Summary string
		Status                              any
		Runs                                []struct{ ID, Status string }
	}
	if json.Unmarshal(text, &answer) != nil {
		return compact(text)
	}
	switch {
	case answer.Title != "":
		return answer.Title + ": " + answer.Detail
	case answer.ID != "" && answer.Summary != "":
		return fmt.Sprintf("%s is %v: %s", answer.ID, answer.Status, answer.Summary)
	case answer.ID != "":
		return fmt.Sprintf("%s is %v", answer.ID, answer.Status)
	case answer.Runs != nil:
		var runs []string
		for _, run := range answer.Runs {
			runs = append(runs, run.ID+" is "+run.Status)
		}
		return prose.Count(len(runs), "run") + ": " + strings.Join(runs, ", ")
	}
	return cmp.Or(answer.Message, compact(text))
}

// compact writes JSON without the blanks between its parts, and anything else as it is.
func compact(text []byte) string {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return prose.Line(string(text))
	}
	return b.String()
}
