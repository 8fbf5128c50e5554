package contract_test

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

var _ = ask("R53-10", "makes two changes of a zone and asks for both until the later one is INSYNC", func(a *account) verdict {
	if a.zone == "" {
		return cannotKnow("needs -zone")
	}
	z := a.route53()
	first, err := z.change(types.ChangeActionUpsert, "contract-r53-10a", `"a"`)
	second, err2 := z.change(types.ChangeActionUpsert, "contract-r53-10b", `"b"`)
	if err != nil || err2 != nil {
		return cannotKnow("a change was refused: %v, %v", err, err2)
	}
	defer z.remove("contract-r53-10a", `"a"`)
	defer z.remove("contract-r53-10b", `"b"`)
	took, done := a.until(5*time.Minute, time.Second, func() bool { return z.insync(second) })
	if !done {
		return cannotKnow("the later change is not INSYNC after %v", took)
	}
	return expect(z.insync(first), "the later change was INSYNC after %v; the earlier one then too: %v, assumed true", took, z.insync(first))
})
