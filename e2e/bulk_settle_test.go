package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// lostResponse loses the response to the second batch, and counts how Kratos is asked for it.
type lostResponse struct{ batches, byExternalID, listings atomic.Int64 }

func (l *lostResponse) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case strings.Contains(r.URL.Path, "/by/external/"):
		l.byExternalID.Add(1)
	case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/identities"):
		l.listings.Add(1)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && r.Method == http.MethodPatch && l.batches.Add(1) == 2 {
		_ = resp.Body.Close()
		return nil, errors.New("the connection breaks")
	}
	return resp, err
}

// A batch whose response is lost is found by its external ids, or by a listing if Kratos has none.
func TestBulkImportSettlesALostResponse(t *testing.T) {
	const n = 300
	srv, _, _ := bulkServer(t)
	lost := new(lostResponse)
	admin := must(kratos.NewAdmin(srv.AdminURL, kratos.WithHTTPClient(&http.Client{Transport: lost})))(t)
	source := bulkSource(n, func(r *bulk.Record) { r.Identity.ExternalID = r.Ref })
	report, err := bulk.Import(t.Context(), admin, source, bulk.BatchItems(100), bulk.Workers(1))
	if err != nil || report.Created != n || report.Rejected+report.Unsettled > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	want := "0 by external id, 1 listings"
	if must(admin.ServerFeatures(t.Context()))(t).ExternalIDs {
		want = "100 by external id, 0 listings"
	}
	if got := fmt.Sprintf("%d by external id, %d listings", lost.byExternalID.Load(), lost.listings.Load()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	wantEachOnce(t, must(kratos.NewAdmin(srv.AdminURL))(t), n)
}
