package server

import (
	"errors"
	"net/http"
	"slices"
)

// batchBody is the body of batchPatchIdentities.
type batchBody struct {
	Identities []struct {
		Create  *createBody `json:"create"`
		PatchID *string     `json:"patch_id"`
	} `json:"identities"`
}

// batchResult is the result of an item of a batch.
type batchResult struct {
	Action   string    `json:"action"`
	Identity string    `json:"identity,omitempty"`
	PatchID  *string   `json:"patch_id,omitempty"`
	Error    *apiError `json:"error,omitempty"`
}

// batchItem is an item of a batch, with its result.
type batchItem struct {
	identity *identity
	result   *batchResult
}

// batchPatchIdentities handles batchPatchIdentities.
func (c *call) batchPatchIdentities() {
	c.noCache()
	var body batchBody
	if err := c.decodeBatch(&body); err != nil {
		e := newError(http.StatusInternalServerError, "").withMessage(err.Error())
		e.status = http.StatusBadRequest
		c.error(e)
		return
	}
	if e := c.checkBatchSize(&body); e != nil {
		c.error(e)
		return
	}
	if len(c.identities)+len(body.Identities) > maxIdentities {
		c.cannot("more identities than 200,000")
		return
	}
	results := make([]*batchResult, len(body.Identities))
	var items []batchItem
	for n, item := range body.Identities {
		if item.Create == nil {
			continue
		}
		i, e := c.identityOf(item.Create)
		if e != nil {
			c.error(e)
			return
		}
		results[n] = &batchResult{Action: "create", PatchID: item.PatchID}
		items = append(items, batchItem{i, results[n]})
	}
	if e := c.createBatch(items); e != nil {
		c.error(e)
		return
	}
	c.json(http.StatusOK, map[string]any{"identities": results})
}

// decodeBatch decodes the body of a batch.
func (c *call) decodeBatch(body *batchBody) error {
	if err := c.decodeStrict(body); err != nil {
		return err
	}
	for _, item := range body.Identities {
		if item.PatchID != nil && !isUUID(*item.PatchID) {
			return errors.New("a patch_id is not a UUID")
		}
		if item.Create == nil {
			continue
		}
		if err := c.checkVersion(item.Create); err != nil {
			return err
		}
	}
	return nil
}

// checkBatchSize returns an error for a batch that is too large.
func (c *call) checkBatchSize(body *batchBody) *apiError {
	limit, passwords := 2000, 0
	if c.since("v25.4.0") {
		limit = 1000
	}
	for _, item := range body.Identities {
		if item.Create != nil && item.Create.Credentials != nil && item.Create.Credentials.Password != nil && item.Create.Credentials.Password.Config.Password != "" {
			passwords++
		}
	}
	switch {
	case len(body.Identities) > limit:
		return newError(http.StatusBadRequest, "The batch has too many items.")
	case passwords > 200 && c.since("v25.4.0"):
		return newError(http.StatusBadRequest, "The batch has too many passwords in clear text.")
	}
	return nil
}

// createBatch creates the identities of a batch, and sets the results. v1.3.1 creates none if some
// are in conflict with others, although their results say so.
func (c *call) createBatch(items []batchItem) *apiError {
	var valid []batchItem
	for _, item := range items {
		if c.validate(item.identity) != nil {
			item.result.Action, item.result.Error = "error", newError(http.StatusBadRequest, "The traits are not valid, or the schema is unknown.")
			continue
		}
		if e := item.identity.checkIdentifiers(); e != nil {
			return e
		}
		valid = append(valid, item)
	}
	before, conflicts, keys := len(c.identities), 0, map[string]bool{}
	for _, i := range c.identities {
		i.addKeys(keys)
	}
	for _, item := range valid {
		if item.identity.hasKey(keys) {
			item.result.Action, item.result.Error = "error", conflict()
			conflicts++
			continue
		}
		item.identity.addKeys(keys)
		item.result.Identity = item.identity.ID
		c.identities = append(c.identities, item.identity)
	}
	if conflicts > 0 && len(valid) == 1 {
		return conflict()
	}
	if conflicts > 0 && !c.since("v1.3.6") {
		c.identities = c.identities[:before]
	}
	return nil
}

// keys returns what no two identities have: identifiers and addresses. A batch keeps those of all
// identities, for Server.taken is too slow for many.
func (i *identity) keys() []string {
	var keys []string
	for kind, c := range i.Credentials {
		for _, identifier := range c.Identifiers {
			keys = append(keys, kind+" "+identifier)
		}
	}
	if i.ExternalID != "" {
		keys = append(keys, "external "+i.ExternalID)
	}
	for _, a := range i.Verifiable {
		keys = append(keys, "verifiable "+a.Via+" "+a.Value)
	}
	for _, a := range i.Recovery {
		keys = append(keys, "recovery "+a.Via+" "+a.Value)
	}
	return keys
}

// addKeys adds the keys of an identity.
func (i *identity) addKeys(keys map[string]bool) {
	for _, key := range i.keys() {
		keys[key] = true
	}
}

// hasKey reports whether an identity has one of the keys.
func (i *identity) hasKey(keys map[string]bool) bool {
	return slices.ContainsFunc(i.keys(), func(key string) bool { return keys[key] })
}
