public import PageCache

extension FileUser {
  /// The process and what it does with the file, in a few words.
  public var summary: String {
    var words: [String] = []
    if access.contains(.write) { words.append("writes") } else if access.contains(.read) { words.append("reads") }
    switch mapping {
    case .none: break
    case .readOnly: words.append("maps")
    case .writable: words.append("maps to write")
    }
    return "\(name) \(processID)" + (words.isEmpty ? "" : " " + words.joined(separator: ", "))
  }
}
