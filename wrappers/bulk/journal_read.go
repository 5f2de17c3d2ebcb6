package bulk

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

const maxEntry = 1 << 20 // bytes of a line of a journal

// read reads the file, and cuts off a last line that is incomplete because a run was killed.
func (j *journal) read() error {
	r := bufio.NewReaderSize(j.file, 64<<10)
	var end int64 // of the last complete line
	for number := 1; ; number++ {
		line, err := readEntry(r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			if _, err := r.Peek(1); errors.Is(err, io.EOF) {
				break // the file system wrote the end of the file in part
			}
			return fmt.Errorf("line %d is damaged, or the file is not a journal", number)
		}
		if err := j.replay(number, e); err != nil {
			return err
		}
		end += int64(len(line))
	}
	if end == 0 {
		if err := j.checkTorn(); err != nil {
			return err
		}
	}
	if err := j.file.Truncate(end); err != nil {
		return withoutPath(err)
	}
	_, err := j.file.Seek(end, io.SeekStart)
	return err
}

const (
	headerStart  = `{"version":`
	headerLength = 64 // bytes; the header of a journal is shorter
)

// checkTorn checks that a file without a complete line is empty or a part of a header, because a
// run was killed. Any other file belongs to someone else, and is not overwritten.
func (j *journal) checkTorn() error {
	text := make([]byte, headerLength)
	n, err := j.file.ReadAt(text, 0)
	switch text = text[:n]; {
	case err != nil && !errors.Is(err, io.EOF):
		return withoutPath(err)
	case n > 0 && (n == headerLength || !bytes.HasPrefix(text, []byte(headerStart))):
		return errors.New("the file is not a journal")
	}
	return nil
}

// readEntry returns the next complete line, or io.EOF.
func readEntry(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > maxEntry:
			return nil, errors.New("a line is too long: the file is not a journal")
		}
	}
}

// replay takes over a line of an earlier run.
func (j *journal) replay(number int, e entry) error {
	switch {
	case number == 1:
		salt, err := hex.DecodeString(e.Salt)
		if e.Version != 1 || err != nil || len(salt) == 0 {
			return errors.New("line 1 is not the header of a journal of this version")
		}
		j.salt = salt
	case e.First > 0:
		if j.sums[e.Last] != "" && j.sums[e.Last] != e.Sum {
			return fmt.Errorf("line %d contradicts an earlier one", number)
		}
		j.sums[e.Last] = e.Sum
		j.lastLine = max(j.lastLine, e.Last)
		j.intents = append(j.intents, intent{e.First, e.Last, e.At, j.run})
	case e.Run > 0:
		j.run = e.Run
	case e.Unsent:
		for len(j.unsent) <= j.run {
			j.unsent = append(j.unsent, nil)
		}
		j.unsent[j.run].add(e.Line)
		if e.Unread {
			j.unread.add(e.Line)
		}
	case e.Line > 0 && !j.settled.has(e.Line):
		j.settled.add(e.Line)
		j.past.add(e.Outcome)
		j.keepID(e.ID)
		if e.Alike {
			j.alike = append(j.alike, e.ID)
		}
	}
	return nil
}

// maxIDs is how many identities of a journal Kratos is asked for.
const maxIDs = 20

// keepID keeps the ids of the first and the last identities.
func (j *journal) keepID(id string) {
	if id == "" {
		return
	}
	if len(j.ids) == maxIDs {
		j.ids = slices.Delete(j.ids, maxIDs/2, maxIDs/2+1)
	}
	j.ids = append(j.ids, id)
}

// lineSet is a set of line numbers, with a bit for each line of the source.
type lineSet []uint64

func (s lineSet) has(line int) bool { return line/64 < len(s) && s[line/64]&(1<<(line%64)) != 0 }

func (s *lineSet) add(line int) {
	for line/64 >= len(*s) {
		*s = append(*s, 0)
	}
	(*s)[line/64] |= 1 << (line % 64)
}
