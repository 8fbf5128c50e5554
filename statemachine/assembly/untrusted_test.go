package assembly

import (
	"strings"
	"testing"
)

func TestADeepTemplateIsRefusedBeforeItIsRead(t *testing.T) {
	if _, err := parseTemplate([]byte(`{"Resources": ` + strings.Repeat(`{"a":`, 9000))); err == nil || !strings.Contains(err.Error(), "begins level 101") {
		t.Error(err)
	}
}
