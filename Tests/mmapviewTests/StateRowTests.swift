import Inspector
import Testing

@testable import RangedMmap
@testable import mmapview

@Suite("Rows of states")
struct StateRowTests {
  @Test(
    "A cell of one state is drawn as its row says, in the library's layer and the kernel's", arguments: [false, true])
  func rows(isASCII: Bool) {
    let glyphs = isASCII ? Glyphs.ascii : .unicode
    for state in PageState.allCases {
      var counts = PageCounts()
      counts[state] = 3
      let cell = CellAppearance(counts, glyphs)
      #expect(cell.glyph == (isASCII ? state.row.ascii : state.row.glyph) && cell.role == state.row.role, "\(state)")
    }
    for mark in PageMark.allCases { #expect(glyphs.glyph(mark) == (isASCII ? mark.row.ascii : mark.row.glyph)) }
    for state in KernelState.allCases {
      let mark = glyphs.mark(state)
      #expect(mark.glyph == (isASCII ? state.row.ascii : state.row.glyph) && mark.role == state.row.role, "\(state)")
    }
  }

  @Test("No two states of a layer have the same name or glyph")
  func distinct() {
    let marks = [StateRow.faulted] + PageMark.allCases.map(\.row)
    for rows in [PageState.allCases.map(\.row) + marks, KernelState.allCases.map(\.row) + marks] {
      #expect(Set(rows.map(\.name)).count == rows.count && Set(rows.map(\.glyph)).count == rows.count)
      #expect(Set(rows.map(\.ascii)).count == rows.count)
    }
  }

  @Test("Manual, grammar and help call a state durable, and name the library's word for it once")
  func words() {
    #expect(PageState.allCases.map(\.row.name) == PageState.allCases.map(\.word))
    for text in [Manual.page, Grammar.page, HelpText.states(.unicode).joined(separator: "\n")] {
      #expect(text.contains("durable"))
      let lines = text.split(separator: "\n").filter { $0.contains("flushed") }
      #expect(lines.allSatisfy { $0.contains("library") }, "\(lines)")
    }
    let help = HelpText.keys(.ascii)
    for sentence in WordPairs.sentences { #expect(help.contains(sentence)) }
  }

  @Test("A page's byte keeps each state apart from the others and from what only the library knows")
  func bytes() {
    let known = [StateByte.givenBack, .syncing(epoch: .first)]
    for state in PageState.allCases {
      #expect(StateByte(state).state(tag: 0) == state && !known.contains(StateByte(state)), "\(state)")
    }
  }
}
