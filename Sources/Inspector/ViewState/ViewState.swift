import RangedMmap

/// Cursor, selection, zoom, layer, theme, and what commands act on by default.
package struct ViewState {
  package internal(set) var cursor = 0 { didSet { if cursor != oldValue { byteCursor = 0 } } }
  /// The byte under the cursor, counted from the start of its page.
  package internal(set) var byteCursor = 0
  /// The pages that commands act on where they name `selected`.
  package internal(set) var selection: Range<Int>?
  package internal(set) var zoom = Zoom.pages(1)
  package internal(set) var shownPagesPerCell = 1
  /// Pages in view whose bytes were seen to change lately.
  package internal(set) var markedPages: Set<Int> = []
  var chosenLayer: Layer?
  package internal(set) var theme = Theme.dark
  package internal(set) var isASCII = false
  package internal(set) var hiddenPanes: Set<OptionalPane> = []
  /// What the key `w` writes: the pattern that was written last, or that was set since.
  package internal(set) var pattern = Pattern.counter
  /// What keys do that a person has bound, in the order in which that was done.
  package internal(set) var keys: [(key: KeyName, command: Command)] = []
  var lastTarget: Target?
  package internal(set) var captions = Captions()
  /// Whether the presenter's notes are shown.
  package internal(set) var showsNotes = false
  /// Whether all that an act costs is shown; on a screen it is where nothing else was set, and else only the time.
  package internal(set) var showsCosts: Bool?
  /// Whether all is drawn for a hall: cells of 2x2, a large box for captions.
  package internal(set) var isBig = false

  mutating func show(_ pane: OptionalPane, _ isShown: Bool) {
    if isShown { hiddenPanes.remove(pane) } else { hiddenPanes.insert(pane) }
  }

  mutating func move(toByte offset: Int) {
    cursor = offset / Alignment.page
    byteCursor = offset % Alignment.page
  }

  /// Stays where it was if the same file is opened again; another is shown from its start.
  mutating func turn(to file: MmapFile, isSame: Bool) {
    let pages = file.states.count
    cursor = isSame ? min(cursor, pages - 1) : 0
    byteCursor = min(byteCursor, file.size - 1 - cursor * Alignment.page)
    selection = isSame ? selection.map { $0.clamped(to: 0..<pages) } : nil
    if selection?.isEmpty == true { selection = nil }
    if !isSame { markedPages = [] }
  }
}

/// The panes that can be hidden to give the others more room.
package enum OptionalPane: String, Sendable, CaseIterable {
  case bytes
  case log
  /// The facts of the page under the cursor, with the workers and other processes beside them.
  case page
}
