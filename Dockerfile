# A Hugging Face Space with the Docker SDK: README.md says `sdk: docker` and `app_port: 8501`.
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 user
WORKDIR /home/user/app

# The processor's build of torch: a tenth of the size of the CUDA one.
COPY requirements.txt .
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu \
        "torch==2.13.0+cpu" -r requirements.txt

COPY --chown=user:user . .
USER user
ENV HOME=/home/user \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py", "--server.port", "8501", "--server.address", "0.0.0.0"]
