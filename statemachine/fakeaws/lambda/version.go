package lambda

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// A deployment replaces the latest code of a function. It does not replace versions: a version has the code and the
// configuration with which it was published (Lambda Developer Guide, "Manage Lambda function versions").

// latestVersion is the qualifier of the code that a deployment replaces.
const latestVersion = "$LATEST"

// versions are the published versions of a function.
type versions struct {
	last int
	// changed says that the latest code differs from the last version.
	changed bool
}

// UpdateFunction replaces the code and the configuration of a function. Its versions stay as they are.
func (ctl Control) UpdateFunction(f Function) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if ctl.s.functions[f.ARN] == nil {
		return fmt.Errorf("update function %s: it does not exist", f.ARN)
	}
	if denied := ctl.s.assumable(f); denied != nil {
		return denied
	}
	ctl.s.functions[f.ARN] = &f
	ctl.s.versionsOf(f.ARN).changed = true
	return nil
}

// PublishVersion publishes a version of a function's latest code and returns its ARN. When nothing has changed since
// the last version, it returns that one's ARN.
func (ctl Control) PublishVersion(functionARN string) (arn string, err error) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	latest := ctl.s.functions[functionARN]
	if latest == nil {
		return "", fmt.Errorf("publish a version of %s: the function does not exist", functionARN)
	}
	v := ctl.s.versionsOf(functionARN)
	if v.last == 0 || v.changed {
		v.last, v.changed = v.last+1, false
		published := *latest
		published.Version = strconv.Itoa(v.last)
		ctl.s.functions[wire.Qualified(functionARN, published.Version)] = &published
	}
	return wire.Qualified(functionARN, strconv.Itoa(v.last)), nil
}

func (l *Service) versionsOf(functionARN string) *versions {
	if l.published[functionARN] == nil {
		l.published[functionARN] = &versions{}
	}
	return l.published[functionARN]
}

// named says whether a fault names the function: in full, or by its last part.
func (f *Function) named(name string) bool {
	return name == "" || f.Name == name || strings.HasSuffix(f.Name, "-"+name)
}
