public import PageCache

extension FileUser {
  /// The process and what it does with the file, in a few words.
  public var summary: String {
    let deed: String? =
      switch mapping {
      case .writable: "maps, writes"
      case .readOnly: access.contains(.write) ? "maps, writes" : "maps"
      case .none: access.contains(.write) ? "writes" : access.contains(.read) ? "reads" : nil
      }
    return "\(name) \(processID)" + (deed.map { " " + $0 } ?? "")
  }
}
