"""May this contact be made now? Pure answers with the clause that gave them."""
