package server

import (
	"net/http"
	"slices"
	"strings"
)

// listIdentities handles listIdentities.
func (c *call) listIdentities() {
	c.noCache()
	included, e := c.includedCredentials()
	if e != nil {
		c.error(e)
		return
	}
	list, e := c.filterIdentities()
	if e != nil {
		c.error(e)
		return
	}
	slices.SortFunc(list, func(a, b *identity) int { return strings.Compare(a.ID, b.ID) })
	page, ok := c.identityPage(list)
	if !ok {
		return
	}
	// Credentials are shown to those who ask for some, or filter by them.
	query := c.r.URL.Query()
	full := len(included) > 0 || query.Get("credentials_identifier") != "" || query.Get("preview_credentials_identifier_similar") != ""
	bodies := []adminIdentityBody{}
	for _, i := range page {
		body := c.adminIdentityJSON(i, included, true)
		if !full {
			body.Credentials = nil
		}
		bodies = append(bodies, body)
	}
	c.json(http.StatusOK, bodies)
}

// filterIdentities returns the identities that match the filters of a request.
func (c *call) filterIdentities() ([]*identity, *apiError) {
	query := c.r.URL.Query()
	ids, organization := query["ids"], query.Get("organization_id")
	identifier, similar := query.Get("credentials_identifier"), query.Get("preview_credentials_identifier_similar")
	filters := 0
	for _, set := range []bool{len(ids) > 0, organization != "" && c.since("v1.3.6"), identifier != "", similar != ""} {
		if set {
			filters++
		}
	}
	switch {
	case slices.ContainsFunc(ids, func(id string) bool { return !isUUID(id) }):
		return nil, newError(http.StatusBadRequest, "A value of ids is not a UUID.")
	case len(ids) > 500:
		return nil, newError(http.StatusBadRequest, "There are too many ids.")
	case organization != "" && c.since("v1.3.6") && !isUUID(organization):
		return nil, newError(http.StatusBadRequest, "The organization_id is not a UUID.")
	case identifier != "" && similar != "", filters > 1 && c.since("v1.3.6"):
		return nil, newError(http.StatusBadRequest, "Filters cannot be combined.")
	}
	var list []*identity
	for _, i := range c.identities {
		switch {
		case len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return strings.EqualFold(id, i.ID) }),
			organization != "" && c.since("v1.3.6") && !strings.EqualFold(i.OrganizationID, organization),
			identifier != "" && !i.hasIdentifier(func(id string) bool { return normalize(identifier) == id }),
			similar != "" && !i.hasIdentifier(func(id string) bool { return strings.Contains(id, normalize(similar)) }):
		default:
			list = append(list, i)
		}
	}
	return list, nil
}

// hasIdentifier reports whether an identifier of an identity matches.
func (i *identity) hasIdentifier(matches func(string) bool) bool {
	for _, c := range i.Credentials {
		if slices.ContainsFunc(c.Identifiers, matches) {
			return true
		}
	}
	return false
}

// identityPage returns a page of identities: by tokens, or by numbers for a request with the
// parameter page or per_page. It has responded if the request is not valid.
func (c *call) identityPage(list []*identity) (page []*identity, ok bool) {
	query := c.r.URL.Query()
	if query.Has("page") || query.Has("per_page") {
		wanted := c.numberedPage()
		total := len(c.identities)
		if query.Get("credentials_identifier") != "" {
			total = len(pageOf(list, wanted))
		}
		c.writeOffsetLinks(total, wanted, numberLinks)
		return pageOf(list, wanted), true
	}
	size, ok := c.keysetSize(defaultPageSize, newError(http.StatusBadRequest, "The page_size is not a number."))
	if !ok {
		return nil, false
	}
	after := query.Get("page_token")
	if after != "" && !isUUID(after) {
		c.error(newError(http.StatusBadRequest, "The page_token is not one from a header Link."))
		return nil, false
	}
	start, _ := slices.BinarySearchFunc(list, after, func(i *identity, id string) int {
		if i.ID <= id {
			return -1
		}
		return 1
	})
	end, next := min(start+size, len(list)), ""
	if end < len(list) {
		next = list[end-1].ID
	}
	c.writeKeysetLinks(size, firstID, next)
	return list[start:end], true
}
