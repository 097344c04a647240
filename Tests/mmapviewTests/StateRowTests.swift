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
    for state in KernelState.allCases {
      let mark = glyphs.mark(state)
      #expect(mark.glyph == (isASCII ? state.row.ascii : state.row.glyph) && mark.role == state.row.role, "\(state)")
    }
  }

  @Test("No two states of a layer have the same name or glyph")
  func distinct() {
    for rows in [PageState.allCases.map(\.row), KernelState.allCases.map(\.row)] {
      #expect(Set(rows.map(\.name)).count == rows.count && Set(rows.map(\.glyph)).count == rows.count)
      #expect(Set(rows.map(\.ascii)).count == rows.count)
    }
  }

  @Test("A page's byte keeps each state apart from the others and from what only the library knows")
  func bytes() {
    let known = [StateByte.givenBack, .syncing(epoch: .first)]
    for state in PageState.allCases {
      #expect(StateByte(state).state(tag: 0) == state && !known.contains(StateByte(state)), "\(state)")
    }
  }
}
