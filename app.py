"""The page's entry: `streamlit run app.py`. What is on it stands in ui/page.py."""

if __name__ == "__main__":  # a training process imports this file too, under another name, and shows nothing
    from ui.page import page

    page()
