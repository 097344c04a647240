import PageCache

extension FileUser {
  /// The process and what it does with the file, in a few words.
  package var summary: String {
    let operation: String? =
      switch mapping {
      case .writable: "maps, writes"
      case .readOnly: access.contains(.write) ? "maps, writes" : "maps"
      case .none: access.contains(.write) ? "writes" : access.contains(.read) ? "reads" : nil
      }
    return (["\(name) \(processID)" + (operation.map { " " + $0 } ?? "")] + modes.names).joined(separator: ", ")
  }

  /// What its flags do to what is seen of the file.
  package var effects: [String] {
    Modes.told.compactMap { modes.contains($0.mode) ? $0.effect : nil }
  }
}

extension FileUser.Modes {
  fileprivate static let told: [(mode: Self, name: String, effect: String?)] = [
    (.direct, "O_DIRECT", "bypasses the page cache"),
    (.synchronous, "O_SYNC", "each write is durable as it returns, and leaves no page dirty"),
    (.dataSynchronous, "O_DSYNC", "each write is durable as it returns, and leaves no page dirty"),
    (.append, "O_APPEND", nil),
  ]

  /// The flags as open(2) calls them.
  var names: [String] { Self.told.filter { contains($0.mode) }.map(\.name) }
}
