// Package constraint checks the parameters of a request against the constraints of AWS's API models, and words what does not fit
// as AWS does. A struct of parameters has the constraints of each member in the tag model:
//
//	Name  *string `json:"name" model:"required length=1..80"`
//	Input *string `json:"input" model:"bytes=0..262144 secret"`
//
// A member that is nil is not there. The constraints are:
//
//	required         the member must be there
//	length=MIN..MAX  characters of a text, or elements of a list; without MAX there is no upper limit
//	bytes=MIN..MAX   bytes of a text in UTF-8
//	range=MIN..MAX   a number
//	enum=A|B         one of these, or enum=@LIST: one of a list of this package
//	pattern=NAME     a whole text that fits one of the patterns of this package
//	each:RULE        a rule for each element of a list of texts
//	secret           AWS does not repeat the value
//	inline           the member is named as the structure that it is in
//	unknown          the field collects the members that the simulator does not have, which are rejected by name
package constraint

import (
	"encoding/xml"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// patterns are those of AWS's API models, as a tag names them.
var patterns = map[string]*regexp.Regexp{
	"ascii": regexp.MustCompile(`^[\x00-\x7f]*$`),
	"function": regexp.MustCompile(`^(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?` +
		`([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$`),
	"qualifier": regexp.MustCompile(`^(\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+)$`),
	"bus":       regexp.MustCompile(`^(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus/)?[.\-_A-Za-z0-9]+$`),
	"schedule":  regexp.MustCompile(`^[0-9a-zA-Z-_.]+$`),
	"rule":      regexp.MustCompile(`^[.\-_A-Za-z0-9]+$`),
	"role":      regexp.MustCompile(`^[\w+=,.@-]+$`),
	// The model has (-[a-z]+)?, which excludes aws-us-gov: AWS GovCloud (US) has its own.
	"role-arn":  regexp.MustCompile(`^arn:aws(-[a-z]+)*:iam::\d{12}:role/[\w+=,.@/-]+$`),
	"queue-arn": regexp.MustCompile(`^arn:aws(-[a-z]+)*:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9-_]+$`),
	"printable": regexp.MustCompile(`^[!-~]+$`),
}

// lists are long enumerations of AWS's API models, as a tag names them.
var lists = map[string]string{
	"@record-types": "SOA|A|TXT|NS|CNAME|MX|NAPTR|PTR|SRV|SPF|AAAA|CAA|DS|TLSA|SSHFP|SVCB|HTTPS",
	"@record-regions": "us-east-1|us-east-2|us-west-1|us-west-2|ca-central-1|eu-west-1|eu-west-2|eu-west-3|eu-central-1|eu-central-2|ap-southeast-1|" +
		"ap-southeast-2|ap-southeast-3|ap-northeast-1|ap-northeast-2|ap-northeast-3|eu-north-1|sa-east-1|cn-north-1|cn-northwest-1|ap-east-1|me-south-1|" +
		"me-central-1|ap-south-1|ap-south-2|af-south-1|eu-south-1|eu-south-2|ap-southeast-4|il-central-1|ca-west-1|ap-southeast-5|mx-central-1|" +
		"ap-southeast-7|us-gov-east-1|us-gov-west-1|ap-east-2|ap-southeast-6|eusc-de-east-1",
	"@vpc-regions": "us-east-1|us-east-2|us-west-1|us-west-2|eu-west-1|eu-west-2|eu-west-3|eu-central-1|eu-central-2|ap-east-1|me-south-1|us-gov-west-1|" +
		"us-gov-east-1|us-iso-east-1|us-iso-west-1|us-isob-east-1|me-central-1|ap-southeast-1|ap-southeast-2|ap-southeast-3|ap-south-1|ap-south-2|" +
		"ap-northeast-1|ap-northeast-2|ap-northeast-3|eu-north-1|sa-east-1|ca-central-1|cn-north-1|cn-northwest-1|af-south-1|eu-south-1|eu-south-2|" +
		"ap-southeast-4|il-central-1|ca-west-1|ap-southeast-5|mx-central-1|us-isof-south-1|us-isof-east-1|ap-southeast-7|ap-east-2|eu-isoe-west-1|" +
		"ap-southeast-6|us-isob-west-1|eusc-de-east-1",
}

// Check checks a struct of parameters, or a pointer to one. It returns nil when everything fits, and otherwise one error with
// the given code that lists what does not.
func Check(params any, code string) *wire.Error {
	var c checker
	c.structure("", reflect.Indirect(reflect.ValueOf(params)))
	switch n := len(c.failed); {
	case c.unknown != "":
		return wire.NotImplemented("the parameter %s", c.unknown)
	case n == 1:
		return wire.BadRequest(code, "1 validation error detected: %s", c.failed[0])
	case n > 1:
		return wire.BadRequest(code, "%d validation errors detected: %s", n, strings.Join(c.failed, "; "))
	}
	return nil
}

// checker collects what does not fit.
type checker struct {
	failed  []string
	unknown string
}

func (c *checker) structure(path string, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		rules := strings.Fields(field.Tag.Get("model"))
		name := path
		if !field.Anonymous && !slices.Contains(rules, "inline") {
			name = join(path, nameOf(field))
		}
		if slices.Contains(rules, "unknown") {
			c.reject(path, v.Field(i))
			continue
		}
		c.member(name, v.Field(i), rules)
	}
}

// nameOf is the member's name as AWS's messages have it: that of the API, with a small first letter.
func nameOf(field reflect.StructField) string {
	for _, format := range []string{"json", "xml"} {
		name, _, _ := strings.Cut(field.Tag.Get(format), ",")
		name, _, _ = strings.Cut(name, ">") // the element of a list has no part of its own in the path
		if name != "" && name != "-" {
			return strings.ToLower(name[:1]) + name[1:]
		}
	}
	return strings.ToLower(field.Name[:1]) + field.Name[1:]
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// Unknown is a member that the simulator does not have.
type Unknown struct {
	XMLName xml.Name
}

// reject keeps the first name of a list of unknown members.
func (c *checker) reject(path string, v reflect.Value) {
	if v.Len() > 0 && c.unknown == "" {
		c.unknown = join(path, v.Index(0).FieldByName("XMLName").FieldByName("Local").String())
	}
}

func (c *checker) member(path string, v reflect.Value, rules []string) {
	if isAbsent(v) {
		if slices.Contains(rules, "required") {
			c.add("Value null at '%s' failed to satisfy constraint: Member must not be null", path)
		}
		return
	}
	v = reflect.Indirect(v)
	for _, rule := range rules {
		if problem := broken(rule, v); problem != "" {
			c.add("Value%s at '%s' failed to satisfy constraint: Member must %s", shown(v, rules), path, problem)
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		c.structure(path, v)
	case reflect.Slice:
		for i := range v.Len() {
			c.member(fmt.Sprintf("%s.%d.member", path, i+1), v.Index(i), elementRules(rules))
		}
	}
}

// elementRules are the rules of a list that are meant for each element: each:RULE.
func elementRules(rules []string) (each []string) {
	for _, rule := range rules {
		if of, ok := strings.CutPrefix(rule, "each:"); ok {
			each = append(each, of)
		}
	}
	return each
}

func isAbsent(v reflect.Value) bool {
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice) && v.IsNil()
}

func (c *checker) add(format string, args ...any) {
	c.failed = append(c.failed, fmt.Sprintf(format, args...))
}

// shown is the value as AWS repeats it.
func shown(v reflect.Value, rules []string) string {
	if slices.Contains(rules, "secret") {
		return ""
	}
	return fmt.Sprintf(" '%v'", v.Interface())
}

// broken says what a value must be that breaks a rule; empty when it keeps it.
func broken(rule string, v reflect.Value) string {
	kind, limit, _ := strings.Cut(rule, "=")
	switch kind {
	case "length":
		return outside("length", sizeOf(v), limit)
	case "bytes":
		return outside("length", int64(len(v.String())), limit)
	case "range":
		return outside("value", v.Int(), limit)
	case "enum":
		if list, ok := lists[limit]; ok {
			limit = list
		}
		if values := strings.Split(limit, "|"); !slices.Contains(values, v.String()) {
			return "satisfy enum value set: [" + strings.Join(values, ", ") + "]"
		}
	case "pattern":
		if !patterns[limit].MatchString(v.String()) {
			return "satisfy regular expression pattern: " + strings.Trim(patterns[limit].String(), "^$")
		}
	}
	return ""
}

func sizeOf(v reflect.Value) int64 {
	if v.Kind() == reflect.Slice {
		return int64(v.Len())
	}
	return int64(utf8.RuneCountInString(v.String()))
}

// outside says which limit a number does not keep.
func outside(what string, n int64, limits string) string {
	low, high, _ := strings.Cut(limits, "..")
	least, bad := strconv.ParseInt(low, 10, 64)
	most, alsoBad := int64(math.MaxInt64), error(nil)
	if high != "" {
		most, alsoBad = strconv.ParseInt(high, 10, 64)
	}
	switch {
	case bad != nil || alsoBad != nil:
		panic("the limits " + limits + " are not MIN..MAX") // a tag of this program
	case n < least:
		return fmt.Sprintf("have %s greater than or equal to %d", what, least)
	case n > most:
		return fmt.Sprintf("have %s less than or equal to %d", what, most)
	}
	return ""
}

// Text is the text of a member that may be absent.
func Text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
