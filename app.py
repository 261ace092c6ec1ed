"""The entry: `streamlit run app.py`. What is on the page stands in ui/page.py, what serves it in ui/server.py."""

if __name__ == "__main__":  # a run of the page's script
    from ui.page import page

    page()
elif __name__ == "app":  # the server, once; a training process imports this file too, under another name
    from streamlit.starlette import App

    from ui.server import ROUTES, lifespan

    app = App(__file__, routes=ROUTES, lifespan=lifespan)
