import RangedMmap

extension PageState {
  /// The inspector's word for the state: that of the case, but *durable* where the library says *flushed*.
  package var word: String { self == .flushed ? "durable" : "\(self)" }

  /// The state that a word of a command stands for, by the inspector's or the library's name.
  init?(word: String) {
    guard let state = Self.allCases.first(where: { word == $0.word || word == "\($0)" }) else { return nil }
    self = state
  }
}

extension MmapFile {
  /// A page's state in words: the library knows none of a file that only others write, and in memory nothing is durable.
  package func word(for state: PageState) -> String {
    guard isWritable else { return "not ours" }
    return state == .flushed && isInMemory ? "synced" : state.word
  }
}
