"""What the studio does, without any page: typed, tested without a browser, no Streamlit inside."""
