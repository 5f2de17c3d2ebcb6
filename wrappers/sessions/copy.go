package sessions

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// arena has the parts of a usual session, which are allocated together.
type arena struct {
	session  kratos.Session
	identity kratos.Identity
	methods  [2]kratos.SessionAuthenticationMethod
	devices  [1]kratos.SessionDevice
	verified [1]kratos.VerifiableAddress
	recovery [1]kratos.RecoveryAddress
}

// copySession returns a copy that shares nothing with s that can be changed.
func copySession(s *kratos.Session) *kratos.Session {
	a := &arena{session: *s}
	c := &a.session
	c.AuthenticationMethods = copyInto(a.methods[:0], s.AuthenticationMethods)
	for i := range c.AuthenticationMethods {
		cloneMembers(&c.AuthenticationMethods[i].AdditionalProperties)
	}
	c.Devices = copyInto(a.devices[:0], s.Devices)
	for i := range c.Devices {
		cloneMembers(&c.Devices[i].AdditionalProperties)
	}
	cloneMembers(&c.AdditionalProperties)
	if s.Identity != nil {
		a.identity = *s.Identity
		c.Identity = &a.identity
		copyIdentity(a)
	}
	return c
}

// copyIdentity replaces what the identity of a shares with another by copies.
func copyIdentity(a *arena) {
	i := &a.identity
	i.VerifiableAddresses = copyInto(a.verified[:0], i.VerifiableAddresses)
	for n := range i.VerifiableAddresses {
		cloneMembers(&i.VerifiableAddresses[n].AdditionalProperties)
	}
	i.RecoveryAddresses = copyInto(a.recovery[:0], i.RecoveryAddresses)
	for n := range i.RecoveryAddresses {
		cloneMembers(&i.RecoveryAddresses[n].AdditionalProperties)
	}
	if i.Credentials != nil {
		i.Credentials = maps.Clone(i.Credentials)
		for kind, c := range i.Credentials {
			c.Identifiers, c.Config = slices.Clone(c.Identifiers), slices.Clone(c.Config)
			cloneMembers(&c.AdditionalProperties)
			i.Credentials[kind] = c
		}
	}
	cloneMembers(&i.AdditionalProperties)
	texts := []*json.RawMessage{&i.RawTraits, &i.RawMetadataPublic, &i.RawMetadataAdmin}
	length := 0
	for _, text := range texts {
		length += len(*text)
	}
	all := make([]byte, 0, length) // one allocation for all
	for _, text := range texts {
		if *text != nil {
			begin := len(all)
			all = append(all, *text...)
			*text = all[begin:len(all):len(all)]
		}
	}
}

// copyInto appends a list to room, which has space for a short one. A nil list stays nil.
func copyInto[T any](room, list []T) []T {
	if list == nil {
		return nil
	}
	c := append(room, list...)
	return c[:len(c):len(c)]
}

func cloneMembers(members *map[string]json.RawMessage) {
	if *members == nil {
		return
	}
	*members = maps.Clone(*members)
	for name, text := range *members {
		(*members)[name] = slices.Clone(text)
	}
}
