struct LayerAction: ViewAction {
  let layer: Layer

  static let verb = Verb(
    "layer", .choice("layer", Layer.allCases), help: "whose view of the pages the screen shows", example: "layer both"
  ) { LayerAction(layer: $0) }

  var words: [String?] { ["layer", "\(layer)"] }

  func change(_ session: Session) { session.view.chosenLayer = layer }
}

extension Command {
  package static func layer(_ layer: Layer) -> Command { Command(LayerAction(layer: layer)) }
}

package enum Layer: String, Sendable, CaseIterable {
  /// What the library believes: allocated, written, flushed.
  case library
  /// What the kernel knows: cached, dirty, in writeback.
  case kernel
  case both

  /// The one that `L` turns to.
  package var next: Layer {
    switch self {
    case .library: .kernel
    case .kernel: .both
    case .both: .library
    }
  }
}
